// load/create_flagged_alert_process
// Add FLAGGED relationships from Alert to Process known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "alert-1", "end": "process-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Alert {id: row.start})
MATCH (b:Process {id: row.end})
CREATE (a)-[r:FLAGGED {id: row.id}]->(b)
SET r += row.props
