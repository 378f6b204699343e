// analytics/stale_process
// Process nodes that carry another run's results than the given one.
// mode: read
// params: marker: str, run: str?
// returns: id: str
// example: {"marker": "session_run", "run": "sessions/000001a"}
MATCH (n:Process)
WHERE n[$marker] IS NOT NULL AND ($run IS NULL OR n[$marker] <> $run)
RETURN n.id AS id
ORDER BY id
