// load/create_installed_user_service
// Add INSTALLED relationships from User to Service known to be new; a row whose ends are missing adds nothing.
// mode: write
// params: rows: rows
// returns: none
// example: {"rows": [{"start": "user-1", "end": "service-3", "id": "new", "props": {"count": 1}}]}
UNWIND $rows AS row
MATCH (a:User {id: row.start})
MATCH (b:Service {id: row.end})
CREATE (a)-[r:INSTALLED {id: row.id}]->(b)
SET r += row.props
