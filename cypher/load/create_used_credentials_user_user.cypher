// load/create_used_credentials_user_user
// Add USED_CREDENTIALS relationships from User to User known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "user-1", "end": "user-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:User {id: row.start})
MATCH (b:User {id: row.end})
CREATE (a)-[r:USED_CREDENTIALS {id: row.id}]->(b)
SET r += row.props
