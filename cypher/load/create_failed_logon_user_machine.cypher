// load/create_failed_logon_user_machine
// Add FAILED_LOGON relationships from User to Machine known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "user-1", "end": "machine-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:User {id: row.start})
MATCH (b:Machine {id: row.end})
CREATE (a)-[r:FAILED_LOGON {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, logon_type: row.props.logon_type,
  status: row.props.status, source_ip: row.props.source_ip, source_name: row.props.source_name,
  source_machine_id: row.props.source_machine_id
}]->(b)
