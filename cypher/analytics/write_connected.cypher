// analytics/write_connected
// Set properties of CONNECTED relationships, if the caller still has the right to write the analytic's results.
// The embedded engine finds a relationship by its id only in a pattern without labels that begins the statement.
// mode: write
// params: head: str, writer: str, until: datetime, ids: list[str], props: map
// returns: none
// example: {"head": "current/sessions", "writer": "w1", "until": 3, "ids": ["connected-process-1-ip-2"],
//   "props": {"connected-process-1-ip-2": {"session_run__a": "sessions/000001a"}}}
MATCH (a)-[r:CONNECTED]->(b)
WHERE r.id IN $ids
WITH collect(r) AS found
MATCH (h:AnalysisRun {id: $head})
WHERE h.writer = $writer
SET h.until = $until
WITH found
UNWIND found AS r
SET r += $props[r.id]
