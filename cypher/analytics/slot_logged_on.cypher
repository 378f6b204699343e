// analytics/slot_logged_on
// LOGGED_ON relationships a run wrote, with their properties.
// mode: read
// params: marker: str, run: str
// returns: id: str, props: map
// example: {"marker": "session_run__a", "run": "sessions/000001a"}
MATCH (:User)-[r:LOGGED_ON]->(:Machine)
WHERE r[$marker] = $run
RETURN r.id AS id, properties(r) AS props
