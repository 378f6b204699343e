// load/delete_ip
// Delete IP nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["ip-1"]}
UNWIND $ids AS id
MATCH (n:IP {id: id})
DETACH DELETE n
