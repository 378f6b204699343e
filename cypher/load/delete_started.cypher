// load/delete_started
// Delete STARTED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["started-service-1-process-2"]}
MATCH (a)-[r:STARTED]->(b)
WHERE r.id IN $ids
DELETE r
