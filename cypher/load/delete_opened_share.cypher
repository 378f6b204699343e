// load/delete_opened_share
// Delete OPENED_SHARE relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["opened_share-user-1-share-2"]}
MATCH (a)-[r:OPENED_SHARE]->(b)
WHERE r.id IN $ids
DELETE r
