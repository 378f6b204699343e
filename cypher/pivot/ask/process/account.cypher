// pivot/ask/process/account
// The account the process ran as, and the machine it ran on.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// example: {"id": "process-1"}
MATCH (p:Process {id: $id})<-[r:RAN|EXECUTED]-(n)
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT n AS node
ORDER BY node.id
LIMIT $limit
