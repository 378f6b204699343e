// load/known_wrote
// Which of these WROTE relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["wrote-process-1-file-2", "missing"]}
MATCH (a)-[r:WROTE]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
