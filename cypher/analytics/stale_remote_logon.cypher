// analytics/stale_remote_logon
// REMOTE_LOGON relationships whose slot still holds another run's results than the given one.
// mode: read
// params: marker: str, run: str
// returns: id: str
// example: {"marker": "session_run__a", "run": "sessions/000004a"}
MATCH ()-[r:REMOTE_LOGON]->(:Machine)
WHERE r[$marker] IS NOT NULL AND r[$marker] <> $run
RETURN r.id AS id
