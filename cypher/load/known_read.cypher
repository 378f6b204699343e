// load/known_read
// Which of these READ relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["read-process-1-file-2", "missing"]}
MATCH (a)-[r:READ]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
