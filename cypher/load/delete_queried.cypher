// load/delete_queried
// Delete QUERIED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["queried-process-1-domain-2"]}
MATCH (a)-[r:QUERIED]->(b)
WHERE r.id IN $ids
DELETE r
