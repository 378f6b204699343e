// load/update_possible_session
// Set properties of POSSIBLE_SESSION relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["possible_session-machine-1-user-2"], "props": {"possible_session-machine-1-user-2": {"count": 7}}}
MATCH (a)-[r:POSSIBLE_SESSION]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
