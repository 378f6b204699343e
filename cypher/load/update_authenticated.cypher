// load/update_authenticated
// Set properties of AUTHENTICATED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["authenticated-user-1-machine-2"], "props": {"authenticated-user-1-machine-2": {"count": 7}}}
MATCH (a)-[r:AUTHENTICATED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
