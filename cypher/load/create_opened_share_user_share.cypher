// load/create_opened_share_user_share
// Add OPENED_SHARE relationships from User to Share known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "user-1", "end": "share-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:User {id: row.start})
MATCH (b:Share {id: row.end})
CREATE (a)-[r:OPENED_SHARE {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, logon_id: row.props.logon_id,
  target: row.props.target, source_ip: row.props.source_ip, access: row.props.access
}]->(b)
