// load/known_started
// Which of these STARTED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["started-service-1-process-2", "missing"]}
MATCH (a)-[r:STARTED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
