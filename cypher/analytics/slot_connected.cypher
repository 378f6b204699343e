// analytics/slot_connected
// CONNECTED relationships a run wrote, with their properties.
// mode: read
// params: marker: str, run: str
// returns: id: str, props: map
// example: {"marker": "session_run__a", "run": "sessions/000001a"}
MATCH (:Process)-[r:CONNECTED]->(:IP)
WHERE r[$marker] = $run
RETURN r.id AS id, properties(r) AS props
