// load/merge_registrykey
// Add RegistryKey nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "registrykey-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:RegistryKey {id: row.id})
SET n += row.props
