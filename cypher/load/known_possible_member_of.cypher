// load/known_possible_member_of
// Which of these POSSIBLE_MEMBER_OF relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["possible_member_of-user-1-group-2", "missing"]}
MATCH (a)-[r:POSSIBLE_MEMBER_OF]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
