// load/merge_domain
// Add Domain nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "domain-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:Domain {id: row.id})
SET n += row.props
