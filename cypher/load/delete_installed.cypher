// load/delete_installed
// Delete INSTALLED relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["installed-user-1-service-2"]}
MATCH (a)-[r:INSTALLED]->(b)
WHERE r.id IN $ids
DELETE r
