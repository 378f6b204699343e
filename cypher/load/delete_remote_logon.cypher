// load/delete_remote_logon
// Delete REMOTE_LOGON relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["remote_logon-machine-1-machine-2"]}
MATCH (a)-[r:REMOTE_LOGON]->(b)
WHERE r.id IN $ids
DELETE r
