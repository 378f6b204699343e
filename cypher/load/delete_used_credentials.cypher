// load/delete_used_credentials
// Delete USED_CREDENTIALS relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["used_credentials-user-1-user-2"]}
MATCH (a)-[r:USED_CREDENTIALS]->(b)
WHERE r.id IN $ids
DELETE r
