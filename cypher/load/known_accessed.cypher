// load/known_accessed
// Which of these ACCESSED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["accessed-process-1-process-2", "missing"]}
MATCH (a)-[r:ACCESSED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
