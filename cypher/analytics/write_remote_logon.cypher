// analytics/write_remote_logon
// Set properties of REMOTE_LOGON relationships, if the caller still has the right to write the analytic's results.
// mode: write
// params: head: str, writer: str, until: datetime, ids: list[str], props: map
// returns: none
// example: {"head": "current/sessions", "writer": "w1", "until": 3, "ids": ["remote_logon-machine-1-2"],
//   "props": {"remote_logon-machine-1-2": {"session_run__a": "sessions/000001a"}}}
MATCH (h:AnalysisRun {id: $head})
WHERE h.writer = $writer
SET h.until = $until
WITH h
MATCH ()-[r:REMOTE_LOGON]->(:Machine)
WHERE r.id IN $ids
SET r += $props[r.id]
