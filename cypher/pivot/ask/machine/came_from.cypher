// pivot/ask/machine/came_from
// Machines and addresses that somebody logged on to this machine from.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1021
// example: {"id": "machine-1"}
MATCH (m:Machine {id: $id})<-[r:REMOTE_LOGON]-(n)
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT n AS node
ORDER BY node.id
LIMIT $limit
