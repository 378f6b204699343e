// load/create_connected_process_ip
// Add CONNECTED relationships from Process to IP known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "process-1", "end": "ip-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:Process {id: row.start})
MATCH (b:IP {id: row.end})
CREATE (a)-[r:CONNECTED {id: row.id}]->(b)
SET r += row.props
