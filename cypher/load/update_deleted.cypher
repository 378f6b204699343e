// load/update_deleted
// Set properties of DELETED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["deleted-process-1-file-2"], "props": {"deleted-process-1-file-2": {"count": 7}}}
MATCH (a)-[r:DELETED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
