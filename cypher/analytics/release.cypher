// analytics/release
// Give back the right to write an analytic's results.
// mode: write
// params: head: str, writer: str
// returns: none
// example: {"head": "current/sessions", "writer": "w1"}
MATCH (h:AnalysisRun {id: $head})
WHERE h.writer = $writer
SET h.writer = null
