// load/merge_url
// Add URL nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "url-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:URL {id: row.id})
SET n += row.props
