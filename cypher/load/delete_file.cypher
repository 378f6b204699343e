// load/delete_file
// Delete File nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["file-1"]}
UNWIND $ids AS id
MATCH (n:File {id: id})
DETACH DELETE n
