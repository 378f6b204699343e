// analytics/slot_url
// URL nodes a run wrote, with their properties.
// mode: read
// params: marker: str, run: str
// returns: id: str, props: map
// example: {"marker": "session_run__a", "run": "sessions/000001a"}
MATCH (n:URL)
WHERE n[$marker] = $run
RETURN n.id AS id, properties(n) AS props
