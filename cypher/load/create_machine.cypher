// load/create_machine
// Add Machine nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "machine-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:Machine {id: row.id})
SET n += row.props
