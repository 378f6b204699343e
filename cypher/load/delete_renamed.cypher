// load/delete_renamed
// Delete RENAMED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["renamed-process-1-file-2"]}
MATCH (a)-[r:RENAMED]->(b)
WHERE r.id IN $ids
DELETE r
