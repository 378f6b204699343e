// load/create_registrykey
// Add RegistryKey nodes known to be new: half the cost of a merge, and refused when one is there.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "registrykey-new", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
CREATE (n:RegistryKey {id: row.id})
SET n += row.props
