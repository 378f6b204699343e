// load/known_set_registry
// Which of these SET_REGISTRY relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["set_registry-process-1-registrykey-2", "missing"]}
MATCH (a)-[r:SET_REGISTRY]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
