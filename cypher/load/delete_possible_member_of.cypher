// load/delete_possible_member_of
// Delete POSSIBLE_MEMBER_OF relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["possible_member_of-user-1-group-2"]}
MATCH (a)-[r:POSSIBLE_MEMBER_OF]->(b)
WHERE r.id IN $ids
DELETE r
