// load/delete_group
// Delete Group nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["group-1"]}
UNWIND $ids AS id
MATCH (n:Group {id: id})
DETACH DELETE n
