// load/merge_alert
// Add Alert nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "alert-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:Alert {id: row.id})
SET n += row.props
