// analytics/flip
// Make a run the current one, in one step, if the caller still has the right to write.
// mode: write
// params: head: str, writer: str, current: str?, previous: str?
// returns: none
// example: {"head": "current/sessions", "writer": "w1", "current": "sessions/000001a"}
MATCH (h:AnalysisRun {id: $head})
WHERE h.writer = $writer
SET h.current = $current, h.previous = $previous
