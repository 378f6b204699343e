// load/known_authenticated
// Which of these AUTHENTICATED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["authenticated-user-1-machine-2", "missing"]}
MATCH (a)-[r:AUTHENTICATED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
