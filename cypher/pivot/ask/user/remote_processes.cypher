// pivot/ask/user/remote_processes
// Processes that ran in the account's network and remote desktop sessions.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1021
// example: {"id": "user-1"}
MATCH (u:User {id: $id})-[l:LOGGED_ON]->(m:Machine)
WHERE l.logon_type IN [3, 8, 9, 10] AND ($since IS NULL OR l.end >= $since) AND ($until IS NULL OR l.start < $until)
MATCH (m)-[:RAN]->(p:Process)
WHERE p.logon_session_id = l.logon_session_id
RETURN DISTINCT p AS node
ORDER BY node.id
LIMIT $limit
