// load/delete_spawned
// Delete SPAWNED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["spawned-process-1-process-2"]}
MATCH (a)-[r:SPAWNED]->(b)
WHERE r.id IN $ids
DELETE r
