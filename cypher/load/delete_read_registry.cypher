// load/delete_read_registry
// Delete READ_REGISTRY relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["read_registry-process-1-registrykey-2"]}
MATCH (a)-[r:READ_REGISTRY]->(b)
WHERE r.id IN $ids
DELETE r
