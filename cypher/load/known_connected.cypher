// load/known_connected
// Which of these CONNECTED relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["connected-process-1-ip-2", "missing"]}
MATCH (a)-[r:CONNECTED]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
