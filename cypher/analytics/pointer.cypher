// analytics/pointer
// Which run of an analytic is the current one, and who is writing.
// mode: read
// params: head: str
// returns: current: str, previous: str, writer: str, until: datetime, counter: int
// example: {"head": "current/sessions"}
MATCH (h:AnalysisRun {id: $head})
RETURN h.current AS current, h.previous AS previous, h.writer AS writer, h.until AS until, h.counter AS counter
