// load/delete_wrote
// Delete WROTE relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["wrote-process-1-file-2"]}
MATCH (a)-[r:WROTE]->(b)
WHERE r.id IN $ids
DELETE r
