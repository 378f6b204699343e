// load/create_group
// Add Group nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "group-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:Group {
  id: row.id,
  client_id: row.props.client_id, first_seen: row.props.first_seen, last_seen: row.props.last_seen,
  search: row.props.search, name: row.props.name
})
