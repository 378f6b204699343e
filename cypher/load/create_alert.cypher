// load/create_alert
// Add Alert nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "alert-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:Alert {
  id: row.id,
  client_id: row.props.client_id, first_seen: row.props.first_seen, last_seen: row.props.last_seen,
  search: row.props.search, name: row.props.name, rule: row.props.rule, level: row.props.level,
  technique: row.props.technique, action: row.props.action, detection_id: row.props.detection_id,
  product: row.props.product
})
