// load/create_installed_process_scheduledtask
// Add INSTALLED relationships from Process to ScheduledTask known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "process-1", "end": "scheduledtask-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Process {id: row.start})
MATCH (b:ScheduledTask {id: row.end})
CREATE (a)-[r:INSTALLED {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, logon_id: row.props.logon_id,
  operation: row.props.operation
}]->(b)
