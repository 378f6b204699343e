// load/delete_authenticated
// Delete AUTHENTICATED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["authenticated-user-1-machine-2"]}
MATCH (a)-[r:AUTHENTICATED]->(b)
WHERE r.id IN $ids
DELETE r
