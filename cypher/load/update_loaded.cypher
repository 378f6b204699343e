// load/update_loaded
// Set properties of LOADED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["loaded-process-1-file-2"], "props": {"loaded-process-1-file-2": {"count": 7}}}
MATCH (a)-[r:LOADED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
