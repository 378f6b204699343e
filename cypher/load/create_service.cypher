// load/create_service
// Add Service nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "service-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:Service {
  id: row.id,
  client_id: row.props.client_id, first_seen: row.props.first_seen, last_seen: row.props.last_seen,
  search: row.props.search, name: row.props.name, machine_id: row.props.machine_id, image: row.props.image,
  account: row.props.account, start_type: row.props.start_type
})
