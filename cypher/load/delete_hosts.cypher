// load/delete_hosts
// Delete HOSTS relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["hosts-machine-1-service-2"]}
MATCH (a)-[r:HOSTS]->(b)
WHERE r.id IN $ids
DELETE r
