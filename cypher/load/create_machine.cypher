// load/create_machine
// Add Machine nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "machine-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:Machine {
  id: row.id,
  client_id: row.props.client_id, first_seen: row.props.first_seen, last_seen: row.props.last_seen,
  search: row.props.search, name: row.props.name, fqdn: row.props.fqdn, aliases: row.props.aliases,
  muid: row.props.muid, os: row.props.os, role: row.props.role, ips: row.props.ips, stub: row.props.stub,
  clock_skew: row.props.clock_skew, object_id: row.props.object_id
})
