// load/delete_read
// Delete READ relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["read-process-1-file-2"]}
MATCH (a)-[r:READ]->(b)
WHERE r.id IN $ids
DELETE r
