// load/delete_possible_session
// Delete POSSIBLE_SESSION relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["possible_session-machine-1-user-2"]}
MATCH (a)-[r:POSSIBLE_SESSION]->(b)
WHERE r.id IN $ids
DELETE r
