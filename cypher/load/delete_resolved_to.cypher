// load/delete_resolved_to
// Delete RESOLVED_TO relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["resolved_to-domain-1-ip-2"]}
MATCH (a)-[r:RESOLVED_TO]->(b)
WHERE r.id IN $ids
DELETE r
