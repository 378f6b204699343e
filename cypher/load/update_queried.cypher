// load/update_queried
// Set properties of QUERIED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["queried-process-1-domain-2"], "props": {"queried-process-1-domain-2": {"count": 7}}}
MATCH (a)-[r:QUERIED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
