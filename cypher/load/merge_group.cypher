// load/merge_group
// Add Group nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "group-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:Group {id: row.id})
SET n += row.props
