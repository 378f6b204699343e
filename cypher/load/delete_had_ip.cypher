// load/delete_had_ip
// Delete HAD_IP relationships by id.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["had_ip-machine-1-ip-2"]}
MATCH (a)-[r:HAD_IP]->(b)
WHERE r.id IN $ids
DELETE r
