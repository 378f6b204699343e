// load/delete_possible_logon
// Delete POSSIBLE_LOGON relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["possible_logon-user-1-machine-2"]}
MATCH (a)-[r:POSSIBLE_LOGON]->(b)
WHERE r.id IN $ids
DELETE r
