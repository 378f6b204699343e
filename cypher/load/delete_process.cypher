// load/delete_process
// Delete Process nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["process-1"]}
UNWIND $ids AS id
MATCH (n:Process {id: id})
DETACH DELETE n
