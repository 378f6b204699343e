// pivot/ask/machine/remote_accounts
// Accounts that logged on to this machine over the network or a remote desktop.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1021
// example: {"id": "machine-1"}
MATCH (m:Machine {id: $id})<-[l:LOGGED_ON]-(u:User)
WHERE l.logon_type IN [3, 8, 9, 10] AND ($since IS NULL OR l.end >= $since) AND ($until IS NULL OR l.start < $until)
RETURN DISTINCT u AS node
ORDER BY node.id
LIMIT $limit
