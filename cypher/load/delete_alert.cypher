// load/delete_alert
// Delete Alert nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["alert-1"]}
UNWIND $ids AS id
MATCH (n:Alert {id: id})
DETACH DELETE n
