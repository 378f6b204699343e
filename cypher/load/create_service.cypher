// load/create_service
// Add Service nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "service-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:Service {id: row.id})
SET n += row.props
