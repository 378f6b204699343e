// pivot/ask/ip/processes
// Processes that talked to this address.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1071
// example: {"id": "ip-1"}
MATCH (ip:IP {id: $id})<-[c:CONNECTED]-(p:Process)
WHERE ($since IS NULL OR c.end >= $since) AND ($until IS NULL OR c.start < $until)
RETURN DISTINCT p AS node
ORDER BY node.id
LIMIT $limit
