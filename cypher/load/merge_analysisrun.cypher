// load/merge_analysisrun
// Add AnalysisRun nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "analysisrun-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:AnalysisRun {id: row.id})
SET n += row.props
