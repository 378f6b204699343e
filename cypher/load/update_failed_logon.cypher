// load/update_failed_logon
// Set properties of FAILED_LOGON relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["failed_logon-user-1-machine-2"], "props": {"failed_logon-user-1-machine-2": {"count": 7}}}
MATCH (a)-[r:FAILED_LOGON]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
