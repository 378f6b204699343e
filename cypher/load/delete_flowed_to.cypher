// load/delete_flowed_to
// Delete FLOWED_TO relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["flowed_to-ip-1-ip-2"]}
MATCH (a)-[r:FLOWED_TO]->(b)
WHERE r.id IN $ids
DELETE r
