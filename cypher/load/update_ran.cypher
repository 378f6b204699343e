// load/update_ran
// Set properties of RAN relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["ran-machine-1-process-2"], "props": {"ran-machine-1-process-2": {"count": 7}}}
MATCH (a)-[r:RAN]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
