// load/update_flowed_to
// Set properties of FLOWED_TO relationships that are there; `props` holds a map for each id.
// mode: write
// params: ids: list[str], props: map
// returns: none
// example: {"ids": ["flowed_to-ip-1-ip-2"], "props": {"flowed_to-ip-1-ip-2": {"count": 7}}}
MATCH (a)-[r:FLOWED_TO]->(b)
WHERE r.id IN $ids
SET r += $props[r.id]
