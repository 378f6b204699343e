// load/known_hosts
// Which of these HOSTS relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["hosts-machine-1-service-2", "missing"]}
MATCH (a)-[r:HOSTS]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
