// load/known_resolved_to
// Which of these RESOLVED_TO relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["resolved_to-domain-1-ip-2", "missing"]}
MATCH (a)-[r:RESOLVED_TO]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
