// load/update_wrote
// Set properties of WROTE relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["wrote-process-1-file-2"], "props": {"wrote-process-1-file-2": {"count": 7}}}
MATCH (a)-[r:WROTE]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
