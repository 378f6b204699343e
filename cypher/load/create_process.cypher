// load/create_process
// Add Process nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "process-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:Process {id: row.id})
SET n += row.props
