// load/create_scheduledtask
// Add ScheduledTask nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "scheduledtask-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:ScheduledTask {id: row.id})
SET n += row.props
