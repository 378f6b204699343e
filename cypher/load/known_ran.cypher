// load/known_ran
// Which of these RAN relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["ran-machine-1-process-2", "missing"]}
MATCH (a)-[r:RAN]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
