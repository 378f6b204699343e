// load/create_analysisrun
// Add AnalysisRun nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "analysisrun-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:AnalysisRun {
  id: row.id,
  client_id: row.props.client_id, first_seen: row.props.first_seen, last_seen: row.props.last_seen,
  search: row.props.search, name: row.props.name, parameters: row.props.parameters, state: row.props.state,
  start: row.props.start, end: row.props.end, version: row.props.version, counts: row.props.counts
})
