// load/delete_loaded
// Delete LOADED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["loaded-process-1-file-2"]}
MATCH (a)-[r:LOADED]->(b)
WHERE r.id IN $ids
DELETE r
