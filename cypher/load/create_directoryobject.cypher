// load/create_directoryobject
// Add DirectoryObject nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "directoryobject-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:DirectoryObject {
  id: row.id,
  client_id: row.props.client_id, first_seen: row.props.first_seen, last_seen: row.props.last_seen,
  search: row.props.search, name: row.props.name, type: row.props.type
})
