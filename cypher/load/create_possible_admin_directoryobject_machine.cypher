// load/create_possible_admin_directoryobject_machine
// Add POSSIBLE_ADMIN relationships from DirectoryObject to Machine known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "directoryobject-1", "end": "machine-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:DirectoryObject {id: row.start})
MATCH (b:Machine {id: row.end})
CREATE (a)-[r:POSSIBLE_ADMIN {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, right: row.props.right, used: row.props.used,
  used_logons: row.props.used_logons, first_used: row.props.first_used, last_used: row.props.last_used,
  used_by: row.props.used_by
}]->(b)
