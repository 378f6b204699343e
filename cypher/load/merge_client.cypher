// load/merge_client
// Add Client nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "client-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:Client {id: row.id})
SET n += row.props
