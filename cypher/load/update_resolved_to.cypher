// load/update_resolved_to
// Set properties of RESOLVED_TO relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["resolved_to-domain-1-ip-2"], "props": {"resolved_to-domain-1-ip-2": {"count": 7}}}
MATCH (a)-[r:RESOLVED_TO]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
