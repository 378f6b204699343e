// pivot/ask/machine/reached
// Machines that were logged on to from here.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1021
// example: {"id": "machine-1"}
MATCH (m:Machine {id: $id})-[r:REMOTE_LOGON]->(n:Machine)
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT n AS node
ORDER BY node.id
LIMIT $limit
