// pivot/process_children
// The processes that the given ones started, with how many each of them started in turn.
// mode: read
// params: ids: list[str], limit: int = 500
// returns: parent: str, node: node, start: datetime
// example: {"ids": ["process-1", "process-2"]}
UNWIND $ids AS id
MATCH (p:Process {id: id})-[r:SPAWNED]->(c:Process)
RETURN p.id AS parent, c AS node, min(r.start) AS start
ORDER BY start, parent, c.id
LIMIT $limit
