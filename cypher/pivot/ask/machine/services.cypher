// pivot/ask/machine/services
// Services and scheduled tasks that were installed on this machine.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1543.003, T1053.005
// example: {"id": "machine-1"}
MATCH (m:Machine {id: $id})-[h:HOSTS]->(s)<-[i:INSTALLED]-()
WHERE ($since IS NULL OR i.end >= $since) AND ($until IS NULL OR i.start < $until)
RETURN DISTINCT s AS node
ORDER BY node.id
LIMIT $limit
