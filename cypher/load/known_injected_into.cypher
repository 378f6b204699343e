// load/known_injected_into
// Which of these INJECTED_INTO relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["injected_into-process-1-process-2", "missing"]}
MATCH (a)-[r:INJECTED_INTO]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
