// load/create_flagged_alert_ip
// Add FLAGGED relationships from Alert to IP known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "alert-1", "end": "ip-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Alert {id: row.start})
MATCH (b:IP {id: row.end})
CREATE (a)-[r:FLAGGED {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence
}]->(b)
