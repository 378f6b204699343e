// load/update_possible_admin
// Set properties of POSSIBLE_ADMIN relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["possible_admin-user-1-machine-2"], "props": {"possible_admin-user-1-machine-2": {"count": 7}}}
MATCH (a)-[r:POSSIBLE_ADMIN]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
