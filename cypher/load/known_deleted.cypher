// load/known_deleted
// Which of these DELETED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["deleted-process-1-file-2", "missing"]}
MATCH (a)-[r:DELETED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
