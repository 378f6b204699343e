// pivot/ask/process/addresses
// Addresses the process talked to.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1071
// example: {"id": "process-1"}
MATCH (p:Process {id: $id})-[c:CONNECTED]->(ip:IP)
WHERE ($since IS NULL OR c.end >= $since) AND ($until IS NULL OR c.start < $until)
RETURN DISTINCT ip AS node
ORDER BY node.id
LIMIT $limit
