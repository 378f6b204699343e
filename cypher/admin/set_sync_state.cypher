// admin/set_sync_state
// Note in the database which workspace fills it, and from which set of events (empty while writing).
// mode: write
// params: client_id: str, workspace: str, state: str
// returns: none
// example: {"client_id": "client-1", "workspace": "w", "state": "s"}
MERGE (c:Client {id: $client_id})
SET c.workspace = $workspace, c.state = $state
