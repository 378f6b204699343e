// load/merge_file
// Add File nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "file-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:File {id: row.id})
SET n += row.props
