// load/update_installed
// Set properties of INSTALLED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["installed-user-1-service-2"], "props": {"installed-user-1-service-2": {"count": 7}}}
MATCH (a)-[r:INSTALLED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
