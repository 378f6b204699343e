// load/known_image
// Which of these IMAGE relationships are there.
// mode: read
// params: ids: list[str]
// returns: id: str
// example: {"ids": ["image-process-1-file-2", "missing"]}
MATCH (a)-[r:IMAGE]->(b)
WHERE r.id IN $ids
RETURN r.id AS id
ORDER BY id
