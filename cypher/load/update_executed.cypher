// load/update_executed
// Set properties of EXECUTED relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["executed-user-1-process-2"], "props": {"executed-user-1-process-2": {"count": 7}}}
MATCH (a)-[r:EXECUTED]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
