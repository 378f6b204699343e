// load/merge_machine
// Add Machine nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "machine-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:Machine {id: row.id})
SET n += row.props
