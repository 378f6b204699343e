// load/update_set_registry
// Set properties of SET_REGISTRY relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["set_registry-process-1-registrykey-2"], "props": {"set_registry-process-1-registrykey-2": {"count": 7}}}
MATCH (a)-[r:SET_REGISTRY]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
