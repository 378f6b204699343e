// load/update_accessed
// Set properties of ACCESSED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["accessed-process-1-process-2"], "props": {"accessed-process-1-process-2": {"count": 7}}}
MATCH (a)-[r:ACCESSED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
