// pivot/ask/file/processes
// Processes that wrote, loaded or ran this file.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// attack: T1105
// example: {"id": "file-1"}
MATCH (f:File {id: $id})<-[r:WROTE|LOADED|IMAGE|RENAMED]-(p:Process)
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT p AS node
ORDER BY node.id
LIMIT $limit
