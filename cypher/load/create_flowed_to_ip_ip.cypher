// load/create_flowed_to_ip_ip
// Add FLOWED_TO relationships from IP to IP known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "ip-1", "end": "ip-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:IP {id: row.start})
MATCH (b:IP {id: row.end})
CREATE (a)-[r:FLOWED_TO {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, remote_port: row.props.remote_port,
  protocol: row.props.protocol, service: row.props.service, bytes_out: row.props.bytes_out,
  bytes_in: row.props.bytes_in
}]->(b)
