// load/known_queried
// Which of these QUERIED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["queried-process-1-domain-2", "missing"]}
MATCH (a)-[r:QUERIED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
