// load/update_renamed
// Set properties of RENAMED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["renamed-process-1-file-2"], "props": {"renamed-process-1-file-2": {"count": 7}}}
MATCH (a)-[r:RENAMED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
