// load/update_started
// Set properties of STARTED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["started-service-1-process-2"], "props": {"started-service-1-process-2": {"count": 7}}}
MATCH (a)-[r:STARTED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
