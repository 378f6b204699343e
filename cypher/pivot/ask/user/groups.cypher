// pivot/ask/user/groups
// Groups that the account was put into.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1098.007
// example: {"id": "user-1"}
MATCH (u:User {id: $id})-[r:MEMBER_OF]->(g:Group)
WHERE ($since IS NULL OR r.open OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT g AS node
ORDER BY node.id
LIMIT $limit
