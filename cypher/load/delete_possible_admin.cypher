// load/delete_possible_admin
// Delete POSSIBLE_ADMIN relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["possible_admin-user-1-machine-2"]}
MATCH (a)-[r:POSSIBLE_ADMIN]->(b)
WHERE r.id IN $ids
DELETE r
