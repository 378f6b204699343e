// load/create_possible_session_machine_user
// Add POSSIBLE_SESSION relationships from Machine to User known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "machine-1", "end": "user-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Machine {id: row.start})
MATCH (b:User {id: row.end})
CREATE (a)-[r:POSSIBLE_SESSION {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, right: row.props.right, used: row.props.used,
  used_logons: row.props.used_logons, first_used: row.props.first_used, last_used: row.props.last_used,
  used_by: row.props.used_by
}]->(b)
