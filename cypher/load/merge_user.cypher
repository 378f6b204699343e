// load/merge_user
// Add User nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "user-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:User {id: row.id})
SET n += row.props
