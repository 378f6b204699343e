// load/create_set_registry_process_registrykey
// Add SET_REGISTRY relationships from Process to RegistryKey known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "process-1", "end": "registrykey-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Process {id: row.start})
MATCH (b:RegistryKey {id: row.end})
CREATE (a)-[r:SET_REGISTRY {
  id: row.id,
  start: row.props.start, end: row.props.end, count: row.props.count, source: row.props.source,
  evidence: row.props.evidence, confidence: row.props.confidence, operation: row.props.operation,
  value: row.props.value
}]->(b)
