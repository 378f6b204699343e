// load/known_flagged
// Which of these FLAGGED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["flagged-alert-1-user-2", "missing"]}
MATCH (a)-[r:FLAGGED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
