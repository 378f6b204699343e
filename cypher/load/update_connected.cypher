// load/update_connected
// Set properties of CONNECTED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["connected-process-1-ip-2"], "props": {"connected-process-1-ip-2": {"count": 7}}}
MATCH (a)-[r:CONNECTED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
