// load/delete_url
// Delete URL nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["url-1"]}
UNWIND $ids AS id
MATCH (n:URL {id: id})
DETACH DELETE n
