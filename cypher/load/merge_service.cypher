// load/merge_service
// Add Service nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "service-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:Service {id: row.id})
SET n += row.props
