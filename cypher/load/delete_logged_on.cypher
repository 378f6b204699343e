// load/delete_logged_on
// Delete LOGGED_ON relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["logged_on-user-1-machine-2"]}
MATCH (a)-[r:LOGGED_ON]->(b)
WHERE r.id IN $ids
DELETE r
