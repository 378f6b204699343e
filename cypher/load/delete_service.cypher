// load/delete_service
// Delete Service nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["service-1"]}
UNWIND $ids AS id
MATCH (n:Service {id: id})
DETACH DELETE n
