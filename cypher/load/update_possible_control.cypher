// load/update_possible_control
// Set properties of POSSIBLE_CONTROL relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["possible_control-user-1-user-2"], "props": {"possible_control-user-1-user-2": {"count": 7}}}
MATCH (a)-[r:POSSIBLE_CONTROL]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
