// analytics/write_domain
// Set properties of Domain nodes, if the caller still has the right to write the analytic's results.
// mode: write
// params: head: str, writer: str, until: datetime, rows: rows
// returns: none
// example: {"head": "current/sessions", "writer": "w1", "until": 3,
//   "rows": [{"id": "domain-1", "props": {"session_run__a": "sessions/000001a"}}]}
MATCH (h:AnalysisRun {id: $head})
WHERE h.writer = $writer
SET h.until = $until
WITH h
UNWIND $rows AS row
MATCH (n:Domain {id: row.id})
SET n += row.props
