// load/known_possible_control
// Which of these POSSIBLE_CONTROL relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["possible_control-user-1-user-2", "missing"]}
MATCH (a)-[r:POSSIBLE_CONTROL]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
