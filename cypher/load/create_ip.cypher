// load/create_ip
// Add IP nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "ip-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:IP {id: row.id})
SET n += row.props
