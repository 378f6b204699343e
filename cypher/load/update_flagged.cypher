// load/update_flagged
// Set properties of FLAGGED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["flagged-alert-1-user-2"], "props": {"flagged-alert-1-user-2": {"count": 7}}}
MATCH (a)-[r:FLAGGED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
