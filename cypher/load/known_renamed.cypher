// load/known_renamed
// Which of these RENAMED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["renamed-process-1-file-2", "missing"]}
MATCH (a)-[r:RENAMED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
