// load/create_alert
// Add Alert nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "alert-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:Alert {id: row.id})
SET n += row.props
