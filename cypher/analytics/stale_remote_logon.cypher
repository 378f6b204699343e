// analytics/stale_remote_logon
// REMOTE_LOGON relationships that carry another run's results than the given one.
// mode: read
// params: marker: str, run: str?
// returns: id: str
// example: {"marker": "session_run", "run": "sessions/000001a"}
MATCH ()-[r:REMOTE_LOGON]->(:Machine)
WHERE r[$marker] IS NOT NULL AND ($run IS NULL OR r[$marker] <> $run)
RETURN r.id AS id
ORDER BY id
