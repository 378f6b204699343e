// load/update_hosts
// Set properties of HOSTS relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["hosts-machine-1-service-2"], "props": {"hosts-machine-1-service-2": {"count": 7}}}
MATCH (a)-[r:HOSTS]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
