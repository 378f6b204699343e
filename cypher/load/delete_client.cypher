// load/delete_client
// Delete Client nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["client-1"]}
UNWIND $ids AS id
MATCH (n:Client {id: id})
DETACH DELETE n
