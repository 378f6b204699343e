// load/create_accessed_process_process
// Add ACCESSED relationships from Process to Process known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "process-1", "end": "process-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Process {id: row.start})
MATCH (b:Process {id: row.end})
CREATE (a)-[r:ACCESSED {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, granted: row.props.granted
}]->(b)
