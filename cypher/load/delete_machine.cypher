// load/delete_machine
// Delete Machine nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["machine-1"]}
UNWIND $ids AS id
MATCH (n:Machine {id: id})
DETACH DELETE n
