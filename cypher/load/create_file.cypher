// load/create_file
// Add File nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "file-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:File {
  id: row.id,
  client_id: row.props.client_id, first_seen: row.props.first_seen, last_seen: row.props.last_seen,
  search: row.props.search, name: row.props.name, path: row.props.path, names: row.props.names,
  paths: row.props.paths, machine_id: row.props.machine_id, md5: row.props.md5, sha1: row.props.sha1,
  sha256: row.props.sha256, signature: row.props.signature
})
