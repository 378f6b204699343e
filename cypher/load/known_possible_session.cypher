// load/known_possible_session
// Which of these POSSIBLE_SESSION relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["possible_session-machine-1-user-2", "missing"]}
MATCH (a)-[r:POSSIBLE_SESSION]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
