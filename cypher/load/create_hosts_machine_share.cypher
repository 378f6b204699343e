// load/create_hosts_machine_share
// Add HOSTS relationships from Machine to Share known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "machine-1", "end": "share-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Machine {id: row.start})
MATCH (b:Share {id: row.end})
CREATE (a)-[r:HOSTS {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence
}]->(b)
