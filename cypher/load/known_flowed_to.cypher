// load/known_flowed_to
// Which of these FLOWED_TO relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["flowed_to-ip-1-ip-2", "missing"]}
MATCH (a)-[r:FLOWED_TO]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
