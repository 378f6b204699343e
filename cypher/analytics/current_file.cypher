// analytics/current_file
// File nodes of the current run of an analytic, with its results: one whole run, whatever is being written.
// The pointer is read once, before anything else; `prefix` is the analytic's, such as `session`.
// mode: read
// params: head: str, prefix: str, limit: int = 1000
// returns: id: str, run: str, slot: str, props: map
// example: {"head": "current/sessions", "prefix": "session"}
MATCH (h:AnalysisRun {id: $head})
WITH max(h.current) AS run
WITH run, '__' + right(run, 1) AS slot
MATCH (n:File)
WHERE n[$prefix + '_run' + slot] = run
RETURN n.id AS id, run, slot, properties(n) AS props
ORDER BY id LIMIT $limit
