// load/known_remote_logon
// Which of these REMOTE_LOGON relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["remote_logon-machine-1-machine-2", "missing"]}
MATCH (a)-[r:REMOTE_LOGON]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
