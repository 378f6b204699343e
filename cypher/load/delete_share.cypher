// load/delete_share
// Delete Share nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["share-1"]}
UNWIND $ids AS id
MATCH (n:Share {id: id})
DETACH DELETE n
