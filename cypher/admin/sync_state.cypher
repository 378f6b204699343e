// admin/sync_state
// What the database says of itself: which workspace filled it, and from which set of events.
// mode: read
// params: client_id: str = "default"
// returns: workspace: str, state: str
// example: {"client_id": "client-1"}
MATCH (c:Client {id: $client_id})
RETURN c.workspace AS workspace, c.state AS state
