// load/create_started_scheduledtask_process
// Add STARTED relationships from ScheduledTask to Process known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "scheduledtask-1", "end": "process-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:ScheduledTask {id: row.start})
MATCH (b:Process {id: row.end})
CREATE (a)-[r:STARTED {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence
}]->(b)
