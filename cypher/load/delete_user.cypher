// load/delete_user
// Delete User nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["user-1"]}
UNWIND $ids AS id
MATCH (n:User {id: id})
DETACH DELETE n
