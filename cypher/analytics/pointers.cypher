// analytics/pointers
// The pointer of every analytic: its current run, the one before, and the properties it writes.
// mode: read
// params: none
// returns: head: str, current: str, previous: str, names: list[str]
// example: {}
MATCH (h:AnalysisRun)
WHERE h.state = 'pointer'
RETURN h.id AS head, h.current AS current, h.previous AS previous, h.names AS names
ORDER BY head
