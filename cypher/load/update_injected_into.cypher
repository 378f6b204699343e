// load/update_injected_into
// Set properties of INJECTED_INTO relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["injected_into-process-1-process-2"], "props": {"injected_into-process-1-process-2": {"count": 7}}}
MATCH (a)-[r:INJECTED_INTO]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
