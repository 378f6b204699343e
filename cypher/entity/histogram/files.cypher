// entity/histogram/files
// How many rows `entity/files` has per value of a column (`by`), per span of time (`bucket`, microseconds), or both.
// `by` is any column but RemoteIp, RemoteSession, External, FreshUnknown and lists.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?, names: list[str]?, programs: list[str]?,
//    allowed: bool = false, operations: list[str]?, archives: list[str] = [], scripts: list[str] = [],
//    attributes: list[str]?, bringers: list[str] = [], carriers: list[str] = [],
//    since: datetime?, until: datetime?,
//    by: str?, bucket: int?
// returns: at: datetime, value: any, rows: int
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"], "by": "ChildFilename", "bucket": 60000000}
// include: entity/histogram/communications tenants
CALL (whole) {
  CALL {
    // include: entity/files anchors
    UNION ALL
    UNWIND CASE WHEN $attributes IS NOT NULL OR $allowed THEN $clients ELSE [] END AS id
    MATCH (m:Machine)-[:RAN]->(p:Process)-[r:WROTE|READ|DELETED|RENAMED]->(f:File)
    WHERE m.client_id = id
    RETURN p, r, f
  }
  WITH p, r, f
  WHERE
    // include: entity/files limits
    // part: names
    AND ($names IS NULL OR f.name IN $names OR toLower(coalesce(r.path, f.path)) IN $names OR toLower(f.md5) IN $names
         OR toLower(f.sha256) IN $names)
    // end of part: names
    // include: entity/files programs
    // part: operations
    AND ($operations IS NULL OR CASE WHEN type(r) = 'DELETED' THEN 'delete' WHEN type(r) = 'RENAMED' THEN 'rename'
            WHEN type(r) = 'READ' THEN 'access' WHEN r.operation IN ['modify', 'time'] THEN 'modify' ELSE 'create' END IN $operations
         OR ('script' IN $operations AND any(end IN $scripts WHERE toLower(coalesce(r.path, f.path)) ENDS WITH end))
         OR ('newcmp' IN $operations AND type(r) = 'WROTE' AND NOT coalesce(r.operation, '') IN ['modify', 'time']
             AND any(end IN $archives WHERE toLower(coalesce(r.path, f.path)) ENDS WITH end))
         OR ('opencmp' IN $operations AND type(r) = 'READ'
             AND any(end IN $archives WHERE toLower(coalesce(r.path, f.path)) ENDS WITH end)))
    // end of part: operations
    AND ($attributes IS NULL OR ('ATTR_LANSHARED' IN $attributes AND coalesce(r.path, f.path) STARTS WITH '\\\\')
         OR ('ATTR_FRESHUNKNOWN' IN $attributes AND f.first_seen >= $since AND coalesce(f.sha256, f.md5) IS NOT NULL)
         OR ('ATTR_REMOTE' IN $attributes AND EXISTS { MATCH (:Machine {id: coalesce(CASE WHEN 'ATTR_REMOTE' IN $attributes THEN p.machine_id END, '')})<-[entry:REMOTE_LOGON]-() WHERE entry.logon_session_id = r.logon_session_id })
         OR ('ATTR_EXTERNAL' IN $attributes AND (any(name IN f.paths WHERE toLower(name) ENDS WITH ':zone.identifier')
             OR EXISTS { MATCH (stream:File {id: coalesce(CASE WHEN 'ATTR_EXTERNAL' IN $attributes THEN p.machine_id + '|' + toLower(coalesce(r.path, f.path)) + ':zone.identifier' END, '')}) }
           OR EXISTS { MATCH (made:File {id: coalesce(CASE WHEN 'ATTR_EXTERNAL' IN $attributes AND any(end IN $carriers WHERE toLower(coalesce(r.path, f.path)) ENDS WITH end) THEN p.machine_id + '|' + toLower(coalesce(r.path, f.path)) END, '')})<-[:WROTE]-(bringer:Process) WHERE bringer.name IN $bringers }
           OR EXISTS { MATCH (sent:File {id: coalesce(CASE WHEN 'ATTR_EXTERNAL' IN $attributes THEN p.machine_id + '|' + toLower(coalesce(r.path, f.path)) END, '')})<-[:SENT]-(:IP) })))
  // part: counted
  WITH CASE WHEN $by IS NULL THEN null ELSE CASE $by WHEN 'ChildFilename' THEN f.name WHEN 'ChildPath' THEN coalesce(r.path, f.path)
            WHEN 'ChildMd5' THEN f.md5 WHEN 'FileId' THEN f.id
            WHEN 'Operation' THEN CASE WHEN type(r) = 'DELETED' THEN 'delete' WHEN type(r) = 'RENAMED' THEN 'rename'
            WHEN type(r) = 'READ' THEN 'access' WHEN r.operation IN ['modify', 'time'] THEN 'modify' ELSE 'create' END
            WHEN 'LanShared' THEN coalesce(r.path, f.path) STARTS WITH '\\\\' WHEN 'Muid' THEN p.machine_id
            WHEN 'LoggedUser' THEN p.user_id WHEN 'UserId' THEN p.user_id WHEN 'ParentFilename' THEN p.name
            WHEN 'ParentMd5' THEN p.md5 WHEN 'ParentPid' THEN p.pid WHEN 'ProcessId' THEN p.id
            WHEN 'Actions' THEN r.count WHEN 'DateTime' THEN r.start WHEN 'LastSeen' THEN r.end END END AS value,
       r.start / $bucket AS at
  RETURN at, value, count(*) AS rows
  // end of part: counted
  UNION ALL
  WITH whole
  WHERE size($clients) > 0 AND $attributes IS NULL AND NOT $allowed
  MATCH (f:File)
  WITH whole, f SKIP 0  // a planner begins here, not at any other node
  MATCH (f)<-[r:WROTE|READ|DELETED|RENAMED]-(p)
  WHERE (whole OR (p.client_id IN $clients AND p.machine_id IS NOT NULL)) AND
    // include: entity/files limits
    // include: entity/histogram/files names
    AND ($programs IS NULL OR p.name IN $programs)
    // include: entity/histogram/files operations
  // include: entity/histogram/files counted
}
// include: entity/histogram/communications named
