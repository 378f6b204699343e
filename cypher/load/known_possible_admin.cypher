// load/known_possible_admin
// Which of these POSSIBLE_ADMIN relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["possible_admin-user-1-machine-2", "missing"]}
MATCH (a)-[r:POSSIBLE_ADMIN]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
