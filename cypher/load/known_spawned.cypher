// load/known_spawned
// Which of these SPAWNED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["spawned-process-1-process-2", "missing"]}
MATCH (a)-[r:SPAWNED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
