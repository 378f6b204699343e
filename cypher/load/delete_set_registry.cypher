// load/delete_set_registry
// Delete SET_REGISTRY relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["set_registry-process-1-registrykey-2"]}
MATCH (a)-[r:SET_REGISTRY]->(b)
WHERE r.id IN $ids
DELETE r
