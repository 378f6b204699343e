// load/create_installed_user_service
// Add INSTALLED relationships from User to Service known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "user-1", "end": "service-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:User {id: row.start})
MATCH (b:Service {id: row.end})
CREATE (a)-[r:INSTALLED {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, logon_id: row.props.logon_id,
  operation: row.props.operation
}]->(b)
