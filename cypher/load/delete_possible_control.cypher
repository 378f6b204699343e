// load/delete_possible_control
// Delete POSSIBLE_CONTROL relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["possible_control-user-1-user-2"]}
MATCH (a)-[r:POSSIBLE_CONTROL]->(b)
WHERE r.id IN $ids
DELETE r
