// load/known_executed
// Which of these EXECUTED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["executed-user-1-process-2", "missing"]}
MATCH (a)-[r:EXECUTED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
