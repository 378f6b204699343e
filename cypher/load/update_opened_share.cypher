// load/update_opened_share
// Set properties of OPENED_SHARE relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["opened_share-user-1-share-2"], "props": {"opened_share-user-1-share-2": {"count": 7}}}
MATCH (a)-[r:OPENED_SHARE]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
