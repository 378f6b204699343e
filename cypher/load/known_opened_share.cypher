// load/known_opened_share
// Which of these OPENED_SHARE relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["opened_share-user-1-share-2", "missing"]}
MATCH (a)-[r:OPENED_SHARE]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
