// load/update_remote_logon
// Set properties of REMOTE_LOGON relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["remote_logon-machine-1-machine-2"], "props": {"remote_logon-machine-1-machine-2": {"count": 7}}}
MATCH (a)-[r:REMOTE_LOGON]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
