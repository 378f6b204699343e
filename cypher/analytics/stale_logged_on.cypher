// analytics/stale_logged_on
// LOGGED_ON relationships that carry another run's results than the given one.
// mode: read
// params: marker: str, run: str?
// returns: id: str
// example: {"marker": "session_run", "run": "sessions/000001a"}
MATCH (:User)-[r:LOGGED_ON]->(:Machine)
WHERE r[$marker] IS NOT NULL AND ($run IS NULL OR r[$marker] <> $run)
RETURN r.id AS id
ORDER BY id
