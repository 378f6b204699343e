// load/known_read_registry
// Which of these READ_REGISTRY relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["read_registry-process-1-registrykey-2", "missing"]}
MATCH (a)-[r:READ_REGISTRY]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
