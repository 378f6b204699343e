// load/update_read
// Set properties of READ relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["read-process-1-file-2"], "props": {"read-process-1-file-2": {"count": 7}}}
MATCH (a)-[r:READ]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
