// pivot/process_parents
// The processes that started the given ones.
// mode: read
// params: ids: list[str]
// returns: child: str, node: node
// example: {"ids": ["process-2", "process-3"]}
UNWIND $ids AS id
MATCH (a:Process)-[:SPAWNED]->(p:Process {id: id})
RETURN DISTINCT p.id AS child, a AS node
ORDER BY child, a.id
