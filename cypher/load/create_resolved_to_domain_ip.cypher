// load/create_resolved_to_domain_ip
// Add RESOLVED_TO relationships from Domain to IP known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "domain-1", "end": "ip-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Domain {id: row.start})
MATCH (b:IP {id: row.end})
CREATE (a)-[r:RESOLVED_TO {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence
}]->(b)
