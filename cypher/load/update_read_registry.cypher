// load/update_read_registry
// Set properties of READ_REGISTRY relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["read_registry-process-1-registrykey-2"], "props": {"read_registry-process-1-registrykey-2": {"count": 7}}}
MATCH (a)-[r:READ_REGISTRY]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
