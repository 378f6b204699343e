// load/delete_executed
// Delete EXECUTED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["executed-user-1-process-2"]}
MATCH (a)-[r:EXECUTED]->(b)
WHERE r.id IN $ids
DELETE r
