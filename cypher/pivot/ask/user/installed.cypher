// pivot/ask/user/installed
// Services and scheduled tasks the account installed.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1543.003, T1053.005
// example: {"id": "user-1"}
MATCH (u:User {id: $id})-[i:INSTALLED]->(s)
WHERE ($since IS NULL OR i.end >= $since) AND ($until IS NULL OR i.start < $until)
RETURN DISTINCT s AS node
ORDER BY node.id
LIMIT $limit
