// load/create_authenticated_user_machine
// Add AUTHENTICATED relationships from User to Machine known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "user-1", "end": "machine-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:User {id: row.start})
MATCH (b:Machine {id: row.end})
CREATE (a)-[r:AUTHENTICATED {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, protocol: row.props.protocol,
  service: row.props.service, source_ip: row.props.source_ip, source_name: row.props.source_name,
  success: row.props.success, status: row.props.status
}]->(b)
