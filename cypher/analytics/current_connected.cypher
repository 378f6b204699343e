// analytics/current_connected
// CONNECTED relationships of the current run of an analytic, with its results: one whole run, whatever is being written.
// mode: read
// params: head: str, prefix: str, limit: int = 1000
// returns: id: str, run: str, slot: str, props: map
// example: {"head": "current/sessions", "prefix": "session"}
MATCH (h:AnalysisRun {id: $head})
WITH max(h.current) AS run
WITH run, '__' + right(run, 1) AS slot
MATCH (:Process)-[r:CONNECTED]->(:IP)
// The embedded engine finds nothing when the condition stands directly at the MATCH.
WITH r, run, slot
WHERE r[$prefix + '_run' + slot] = run
RETURN r.id AS id, run, slot, properties(r) AS props
ORDER BY id LIMIT $limit
