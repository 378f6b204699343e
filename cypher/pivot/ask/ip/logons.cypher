// pivot/ask/ip/logons
// Machines that were logged on to from this address.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1021
// example: {"id": "ip-1"}
MATCH (ip:IP {id: $id})-[r:REMOTE_LOGON]->(m:Machine)
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT m AS node
ORDER BY node.id
LIMIT $limit
