// pivot/ask/user/failed_machines
// Machines that refused the account's logon attempts.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1110
// example: {"id": "user-1"}
MATCH (u:User {id: $id})-[f:FAILED_LOGON]->(m:Machine)
WHERE ($since IS NULL OR f.end >= $since) AND ($until IS NULL OR f.start < $until)
RETURN DISTINCT m AS node
ORDER BY node.id
LIMIT $limit
