// load/merge_share
// Add Share nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "share-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:Share {id: row.id})
SET n += row.props
