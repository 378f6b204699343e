// load/delete_failed_logon
// Delete FAILED_LOGON relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["failed_logon-user-1-machine-2"]}
MATCH (a)-[r:FAILED_LOGON]->(b)
WHERE r.id IN $ids
DELETE r
