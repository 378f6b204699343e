// load/create_queried_process_domain
// Add QUERIED relationships from Process to Domain known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "process-1", "end": "domain-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Process {id: row.start})
MATCH (b:Domain {id: row.end})
CREATE (a)-[r:QUERIED {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, status: row.props.status
}]->(b)
