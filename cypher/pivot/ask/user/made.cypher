// pivot/ask/user/made
// Accounts and groups that the account made.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1136
// example: {"id": "user-1"}
MATCH (u:User {id: $id})-[r:MANAGED]->(t)
WHERE r.action = 'create' AND coalesce(r.success, true)
  AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT t AS node
ORDER BY node.id
LIMIT $limit
