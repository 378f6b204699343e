// load/delete_connected
// Delete CONNECTED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["connected-process-1-ip-2"]}
MATCH (a)-[r:CONNECTED]->(b)
WHERE r.id IN $ids
DELETE r
