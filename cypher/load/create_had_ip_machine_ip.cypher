// load/create_had_ip_machine_ip
// Add HAD_IP relationships from Machine to IP known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "machine-1", "end": "ip-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Machine {id: row.start})
MATCH (b:IP {id: row.end})
CREATE (a)-[r:HAD_IP {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence
}]->(b)
