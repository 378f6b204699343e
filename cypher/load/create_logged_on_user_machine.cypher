// load/create_logged_on_user_machine
// Add LOGGED_ON relationships from User to Machine known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "user-1", "end": "machine-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:User {id: row.start})
MATCH (b:Machine {id: row.end})
CREATE (a)-[r:LOGGED_ON {id: row.id}]->(b)
SET r += row.props
