// load/create_analysisrun
// Add AnalysisRun nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "analysisrun-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:AnalysisRun {id: row.id})
SET n += row.props
