// load/known_used_credentials
// Which of these USED_CREDENTIALS relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["used_credentials-user-1-user-2", "missing"]}
MATCH (a)-[r:USED_CREDENTIALS]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
