// load/update_spawned
// Set properties of SPAWNED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["spawned-process-1-process-2"], "props": {"spawned-process-1-process-2": {"count": 7}}}
MATCH (a)-[r:SPAWNED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
