// load/delete_scheduledtask
// Delete ScheduledTask nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["scheduledtask-1"]}
UNWIND $ids AS id
MATCH (n:ScheduledTask {id: id})
DETACH DELETE n
