// load/merge_scheduledtask
// Add ScheduledTask nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "scheduledtask-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:ScheduledTask {id: row.id})
SET n += row.props
