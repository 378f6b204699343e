// load/update_used_credentials
// Set properties of USED_CREDENTIALS relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["used_credentials-user-1-user-2"], "props": {"used_credentials-user-1-user-2": {"count": 7}}}
MATCH (a)-[r:USED_CREDENTIALS]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
