// load/known_failed_logon
// Which of these FAILED_LOGON relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["failed_logon-user-1-machine-2", "missing"]}
MATCH (a)-[r:FAILED_LOGON]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
