// load/delete_ran
// Delete RAN relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["ran-machine-1-process-2"]}
MATCH (a)-[r:RAN]->(b)
WHERE r.id IN $ids
DELETE r
