// load/delete_flagged
// Delete FLAGGED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["flagged-alert-1-user-2"]}
MATCH (a)-[r:FLAGGED]->(b)
WHERE r.id IN $ids
DELETE r
