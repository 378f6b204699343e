// pivot/ask/process/touched_processes
// Processes it opened or started a thread in.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1055, T1003
// example: {"id": "process-1"}
MATCH (p:Process {id: $id})-[r:ACCESSED|INJECTED_INTO]->(o:Process)
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT o AS node
ORDER BY node.id
LIMIT $limit
