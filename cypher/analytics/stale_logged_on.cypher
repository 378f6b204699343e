// analytics/stale_logged_on
// LOGGED_ON relationships whose slot still holds another run's results than the given one.
// mode: read
// params: marker: str, run: str
// returns: id: str
// example: {"marker": "session_run__a", "run": "sessions/000004a"}
MATCH (:User)-[r:LOGGED_ON]->(:Machine)
WHERE r[$marker] IS NOT NULL AND r[$marker] <> $run
RETURN r.id AS id
