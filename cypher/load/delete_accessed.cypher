// load/delete_accessed
// Delete ACCESSED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["accessed-process-1-process-2"]}
MATCH (a)-[r:ACCESSED]->(b)
WHERE r.id IN $ids
DELETE r
