// pivot/ask/user/made_by
// Who made this account, enabled it, reset its password or renamed it.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1136
// example: {"id": "user-2"}
MATCH (u:User {id: $id})<-[r:MANAGED]-(a:User)
WHERE r.action IN ['create', 'enable', 'reset-password', 'rename', 'unlock'] AND coalesce(r.success, true)
  AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT a AS node
ORDER BY node.id
LIMIT $limit
