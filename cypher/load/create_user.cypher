// load/create_user
// Add User nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "user-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:User {id: row.id})
SET n += row.props
