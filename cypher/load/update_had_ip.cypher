// load/update_had_ip
// Set properties of HAD_IP relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["had_ip-machine-1-ip-2"], "props": {"had_ip-machine-1-ip-2": {"count": 7}}}
MATCH (a)-[r:HAD_IP]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
