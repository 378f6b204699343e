// load/create_share
// Add Share nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "share-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:Share {id: row.id})
SET n += row.props
