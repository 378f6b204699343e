// load/create_file
// Add File nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "file-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:File {id: row.id})
SET n += row.props
