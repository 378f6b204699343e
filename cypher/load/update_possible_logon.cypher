// load/update_possible_logon
// Set properties of POSSIBLE_LOGON relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["possible_logon-user-1-machine-2"], "props": {"possible_logon-user-1-machine-2": {"count": 7}}}
MATCH (a)-[r:POSSIBLE_LOGON]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
