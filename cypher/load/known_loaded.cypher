// load/known_loaded
// Which of these LOADED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["loaded-process-1-file-2", "missing"]}
MATCH (a)-[r:LOADED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
