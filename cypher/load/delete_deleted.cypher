// load/delete_deleted
// Delete DELETED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["deleted-process-1-file-2"]}
MATCH (a)-[r:DELETED]->(b)
WHERE r.id IN $ids
DELETE r
