// load/create_flowed_to_ip_ip
// Add FLOWED_TO relationships from IP to IP known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "ip-1", "end": "ip-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:IP {id: row.start})
MATCH (b:IP {id: row.end})
CREATE (a)-[r:FLOWED_TO {id: row.id}]->(b)
SET r += row.props
