// load/merge_ip
// Add IP nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "ip-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:IP {id: row.id})
SET n += row.props
