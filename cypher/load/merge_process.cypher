// load/merge_process
// Add Process nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "process-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:Process {id: row.id})
SET n += row.props
