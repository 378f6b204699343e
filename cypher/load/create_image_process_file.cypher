// load/create_image_process_file
// Add IMAGE relationships from Process to File known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "process-1", "end": "file-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Process {id: row.start})
MATCH (b:File {id: row.end})
CREATE (a)-[r:IMAGE {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, path: row.props.path
}]->(b)
