// analytics/write_remote_logon
// Set properties of REMOTE_LOGON relationships, if the caller still has the right to write the analytic's results.
// The embedded engine finds a relationship by its id only in a pattern without labels that begins the statement.
// mode: write
// params: head: str, writer: str, until: datetime, ids: list[str], props: map
// returns: none
// example: {"head": "current/sessions", "writer": "w1", "until": 3, "ids": ["remote_logon-machine-1-machine-2"],
//   "props": {"remote_logon-machine-1-machine-2": {"session_run__a": "sessions/000001a"}}}
MATCH (a)-[r:REMOTE_LOGON]->(b)
WHERE r.id IN $ids
WITH collect(r) AS found
MATCH (h:AnalysisRun {id: $head})
WHERE h.writer = $writer
SET h.until = $until
WITH found
UNWIND found AS r
SET r += $props[r.id]
