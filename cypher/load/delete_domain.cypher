// load/delete_domain
// Delete Domain nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["domain-1"]}
UNWIND $ids AS id
MATCH (n:Domain {id: id})
DETACH DELETE n
