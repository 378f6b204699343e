// load/update_possible_member_of
// Set properties of POSSIBLE_MEMBER_OF relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["possible_member_of-user-1-group-2"], "props": {"possible_member_of-user-1-group-2": {"count": 7}}}
MATCH (a)-[r:POSSIBLE_MEMBER_OF]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
