// analytics/acquire
// Take the right to write an analytic's results, if nobody has it or its holder is overdue.
// The names of its properties are noted before any is written, so that readers know what to leave out.
// mode: write
// params: head: str, name: str, writer: str, now: datetime, until: datetime, names: list[str]
// returns: none
// example: {"head": "current/sessions", "name": "sessions", "writer": "w1", "now": 1, "until": 2,
//   "names": ["session_id"]}
MERGE (h:AnalysisRun {id: $head})
SET h.name = $name, h.state = 'pointer'
WITH h
WHERE h.writer IS NULL OR h.until < $now
SET h.writer = $writer, h.until = $until, h.counter = coalesce(h.counter, 0) + 1,
    h.names = [x IN coalesce(h.names, []) WHERE NOT x IN $names] + $names
