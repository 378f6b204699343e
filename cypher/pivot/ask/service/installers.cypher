// pivot/ask/service/installers
// Who installed the service, and what it started.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1543.003
// example: {"id": "service-1"}
MATCH (s:Service {id: $id})-[r:INSTALLED|STARTED]-(n)
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT n AS node
ORDER BY node.id
LIMIT $limit
