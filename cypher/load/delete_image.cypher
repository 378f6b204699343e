// load/delete_image
// Delete IMAGE relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["image-process-1-file-2"]}
MATCH (a)-[r:IMAGE]->(b)
WHERE r.id IN $ids
DELETE r
