// load/merge_directoryobject
// Add DirectoryObject nodes or update those that are there; a null property is removed.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"id": "directoryobject-1", "props": {"name": "renamed"}}]}
UNWIND $rows AS row
MERGE (n:DirectoryObject {id: row.id})
SET n += row.props
