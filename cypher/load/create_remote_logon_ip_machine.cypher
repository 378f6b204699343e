// load/create_remote_logon_ip_machine
// Add REMOTE_LOGON relationships from IP to Machine known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "ip-1", "end": "machine-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:IP {id: row.start})
MATCH (b:Machine {id: row.end})
CREATE (a)-[r:REMOTE_LOGON {id: row.id}]->(b)
SET r += row.props
