// load/update_image
// Set properties of IMAGE relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["image-process-1-file-2"], "props": {"image-process-1-file-2": {"count": 7}}}
MATCH (a)-[r:IMAGE]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
