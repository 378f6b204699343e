// pivot/ask/machine/outside_addresses
// Public addresses that processes of this machine talked to.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1071
// example: {"id": "machine-1"}
MATCH (m:Machine {id: $id})-[:RAN]->(p:Process)-[c:CONNECTED]->(ip:IP)
WHERE ip.scope = 'public' AND ($since IS NULL OR c.end >= $since) AND ($until IS NULL OR c.start < $until)
RETURN DISTINCT ip AS node
ORDER BY node.id
LIMIT $limit
