// analytics/stale_file
// File nodes whose slot still holds another run's results than the given one.
// mode: read
// params: marker: str, run: str
// returns: id: str
// example: {"marker": "session_run__a", "run": "sessions/000004a"}
MATCH (n:File)
WHERE n[$marker] IS NOT NULL AND n[$marker] <> $run
RETURN n.id AS id
