// analytics/stale_user
// User nodes that carry another run's results than the given one.
// mode: read
// params: marker: str, run: str?
// returns: id: str
// example: {"marker": "session_run", "run": "sessions/000001a"}
MATCH (n:User)
WHERE n[$marker] IS NOT NULL AND ($run IS NULL OR n[$marker] <> $run)
RETURN n.id AS id
ORDER BY id
