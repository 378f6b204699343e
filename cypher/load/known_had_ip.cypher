// load/known_had_ip
// Which of these HAD_IP relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["had_ip-machine-1-ip-2", "missing"]}
MATCH (a)-[r:HAD_IP]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
