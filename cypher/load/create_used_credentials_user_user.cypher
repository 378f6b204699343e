// load/create_used_credentials_user_user
// Add USED_CREDENTIALS relationships from User to User known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "user-1", "end": "user-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:User {id: row.start})
MATCH (b:User {id: row.end})
CREATE (a)-[r:USED_CREDENTIALS {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, target_server: row.props.target_server,
  machine_id: row.props.machine_id, process_id: row.props.process_id, logon_id: row.props.logon_id,
  source_ip: row.props.source_ip
}]->(b)
