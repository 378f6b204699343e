// load/create_remote_logon_ip_machine
// Add REMOTE_LOGON relationships from IP to Machine known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "ip-1", "end": "machine-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:IP {id: row.start})
MATCH (b:Machine {id: row.end})
CREATE (a)-[r:REMOTE_LOGON {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, user_id: row.props.user_id,
  user_name: row.props.user_name, user_kind: row.props.user_kind, logon_id: row.props.logon_id,
  logon_type: row.props.logon_type, auth_package: row.props.auth_package, technique: row.props.technique,
  technique_name: row.props.technique_name, technique_reason: row.props.technique_reason,
  credential_technique: row.props.credential_technique, credential_session_id: row.props.credential_session_id,
  source_ip: row.props.source_ip, source_port: row.props.source_port, service_port: row.props.service_port,
  session_id: row.props.session_id, open: row.props.open, act: row.props.act,
  origin_process_id: row.props.origin_process_id, remote_process_id: row.props.remote_process_id,
  remote_process: row.props.remote_process, caused_by: row.props.caused_by,
  cause_process_id: row.props.cause_process_id
}]->(b)
