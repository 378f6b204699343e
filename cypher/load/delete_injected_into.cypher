// load/delete_injected_into
// Delete INJECTED_INTO relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["injected_into-process-1-process-2"]}
MATCH (a)-[r:INJECTED_INTO]->(b)
WHERE r.id IN $ids
DELETE r
