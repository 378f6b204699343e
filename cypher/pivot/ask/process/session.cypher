// pivot/ask/process/session
// Other processes of the same logon session on the same machine.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// example: {"id": "process-1"}
MATCH (p:Process {id: $id})<-[:RAN]-(m:Machine)-[r:RAN]->(o:Process)
WHERE o.logon_session_id = p.logon_session_id AND o.id <> p.id AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT o AS node
ORDER BY node.id
LIMIT $limit
