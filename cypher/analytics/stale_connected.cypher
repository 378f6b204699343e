// analytics/stale_connected
// CONNECTED relationships whose slot still holds another run's results than the given one.
// mode: read
// params: marker: str, run: str
// returns: id: str
// example: {"marker": "session_run__a", "run": "sessions/000004a"}
MATCH (:Process)-[r:CONNECTED]->(:IP)
WHERE r[$marker] IS NOT NULL AND r[$marker] <> $run
RETURN r.id AS id
