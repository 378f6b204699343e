// load/update_logged_on
// Set properties of LOGGED_ON relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["logged_on-user-1-machine-2"], "props": {"logged_on-user-1-machine-2": {"count": 7}}}
MATCH (a)-[r:LOGGED_ON]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
