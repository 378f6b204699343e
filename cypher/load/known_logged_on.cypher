// load/known_logged_on
// Which of these LOGGED_ON relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["logged_on-user-1-machine-2", "missing"]}
MATCH (a)-[r:LOGGED_ON]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
