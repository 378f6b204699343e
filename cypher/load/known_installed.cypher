// load/known_installed
// Which of these INSTALLED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["installed-user-1-service-2", "missing"]}
MATCH (a)-[r:INSTALLED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
