// load/known_possible_logon
// Which of these POSSIBLE_LOGON relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["possible_logon-user-1-machine-2", "missing"]}
MATCH (a)-[r:POSSIBLE_LOGON]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
