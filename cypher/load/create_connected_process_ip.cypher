// load/create_connected_process_ip
// Add CONNECTED relationships from Process to IP known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "process-1", "end": "ip-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Process {id: row.start})
MATCH (b:IP {id: row.end})
CREATE (a)-[r:CONNECTED {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, remote_port: row.props.remote_port,
  local_port: row.props.local_port, local_ip: row.props.local_ip, protocol: row.props.protocol,
  direction: row.props.direction, bytes_out: row.props.bytes_out, bytes_in: row.props.bytes_in,
  remote_name: row.props.remote_name, blocked: row.props.blocked, machine_id: row.props.machine_id,
  user_id: row.props.user_id
}]->(b)
