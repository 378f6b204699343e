// load/create_possible_member_of_directoryobject_group
// Add POSSIBLE_MEMBER_OF relationships from DirectoryObject to Group known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "directoryobject-1", "end": "group-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:DirectoryObject {id: row.start})
MATCH (b:Group {id: row.end})
CREATE (a)-[r:POSSIBLE_MEMBER_OF {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, right: row.props.right, used: row.props.used,
  used_logons: row.props.used_logons, first_used: row.props.first_used, last_used: row.props.last_used,
  used_by: row.props.used_by
}]->(b)
