// load/create_logged_on_user_machine
// Add LOGGED_ON relationships from User to Machine known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "user-1", "end": "machine-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:User {id: row.start})
MATCH (b:Machine {id: row.end})
CREATE (a)-[r:LOGGED_ON {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, logon_id: row.props.logon_id,
  logon_type: row.props.logon_type, auth_package: row.props.auth_package, logon_process: row.props.logon_process,
  source_ip: row.props.source_ip, source_port: row.props.source_port, source_machine_id: row.props.source_machine_id,
  source_name: row.props.source_name, elevated: row.props.elevated, privileged: row.props.privileged,
  linked_logon_id: row.props.linked_logon_id, outbound_user: row.props.outbound_user, technique: row.props.technique,
  open: row.props.open
}]->(b)
