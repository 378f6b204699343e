// entity/histogram/executions
// How many rows `entity/executions` has per value of a column (`by`), per span of time (`bucket`, microseconds), or both.
// `by` is DateTime, Muid, LoggedUser, UserId, a column of the child, CommandLine, Operation, LanShared or ProcessId.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?, names: list[str]?, programs: list[str]?,
//    allowed: bool = false, commands: list[str]?, operations: list[str] = ["create", "kill", "thread", "load"],
//    attributes: list[str]?, since: datetime?, until: datetime?,
//    by: str?, bucket: int?
// returns: at: datetime, value: any, rows: int
// allow: CartesianProduct because the other side is one row, which says whether there are other tenants.
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"], "by": "ChildFilename", "bucket": 60000000}
CALL {
  UNWIND CASE WHEN size($clients) > 0 THEN [true] ELSE [] END AS asked
  OPTIONAL MATCH (other:Machine)
  WHERE NOT other.client_id IN $clients
  RETURN count(other) = 0 AS whole
}
CALL (whole) {
  CALL {
    UNWIND $users AS id
    MATCH (:User {id: id})-[:EXECUTED]->(p:Process)
    RETURN p, true AS started, true AS acts
    UNION ALL
    UNWIND $machines AS id
    MATCH (:Machine {id: id})-[:RAN]->(p:Process)
    RETURN p, true AS started, true AS acts
    UNION ALL
    UNWIND $processes AS id
    MATCH (p:Process {id: id})
    RETURN p, false AS started, true AS acts
    UNION ALL
    UNWIND $processes AS id
    MATCH (:Process {id: id})-[:SPAWNED]->(p:Process)
    RETURN p, true AS started, false AS acts
    UNION ALL
    UNWIND $files AS id
    MATCH (:File {id: id})<-[:IMAGE]-(p:Process)
    RETURN p, true AS started, true AS acts
    UNION ALL
    UNWIND CASE WHEN $attributes IS NOT NULL OR $allowed THEN $clients ELSE [] END AS id
    MATCH (m:Machine)-[:RAN]->(p:Process)
    WHERE m.client_id = id
    RETURN p, true AS started, true AS acts
  }
  CALL (p, started, acts) {
    MATCH (:Machine)-[r:RAN]->(p)
    WHERE started AND 'create' IN $operations AND p.stub = false
    RETURN 'create' AS operation, p.start AS at, p AS child
    UNION ALL
    MATCH (:Machine)-[:RAN]->(p)
    WHERE started AND acts AND 'kill' IN $operations AND p.end IS NOT NULL
    RETURN 'kill' AS operation, p.end AS at, p AS child
    UNION ALL
    MATCH (p)-[r:INJECTED_INTO]->(child:Process)
    WHERE acts AND 'thread' IN $operations
    RETURN 'thread' AS operation, r.start AS at, child
    UNION ALL
    MATCH (p)-[r:LOADED]->(child:File)
    WHERE acts AND 'load' IN $operations
    RETURN 'load' AS operation, r.start AS at, child
  }
  WITH p, operation, at, child
  WHERE at IS NOT NULL AND ($since IS NULL OR at >= $since) AND ($until IS NULL OR at < $until)
    AND ($muids IS NULL OR p.machine_id IN $muids)
    AND ($accounts IS NULL OR p.user_id IN $accounts)
    AND ($names IS NULL OR child.name IN $names OR toLower(child.path) IN $names OR toLower(child.md5) IN $names
         OR toLower(child.sha256) IN $names)
    AND (($programs IS NULL AND NOT $allowed) OR child.name IN $programs
         OR ($allowed AND EXISTS { MATCH (alert:Alert)-[:FLAGGED]->(p) WHERE toLower(alert.action) STARTS WITH 'allow' }))
    AND ($commands IS NULL OR any(text IN $commands WHERE toLower(child.command_line) CONTAINS text))
    AND ($attributes IS NULL OR ('ATTR_LANSHARED' IN $attributes AND child.path STARTS WITH '\\\\')
         OR ('ATTR_REMOTE' IN $attributes AND EXISTS { MATCH (:Machine {id: coalesce(CASE WHEN 'ATTR_REMOTE' IN $attributes THEN p.machine_id END, '')})<-[entry:REMOTE_LOGON]-() WHERE entry.logon_id = p.logon_id })
         OR ('ATTR_EXTERNAL' IN $attributes AND EXISTS { MATCH (stream:File {id: coalesce(CASE WHEN 'ATTR_EXTERNAL' IN $attributes THEN p.machine_id + '|' + toLower(child.path) + ':zone.identifier' END, '')}) })
         OR (operation = 'load' AND coalesce(child.sha256, child.md5) IS NOT NULL
             AND 'ATTR_FRESHUNKNOWN' IN $attributes AND child.first_seen >= $since)
         OR (operation = 'load' AND 'ATTR_EXTERNAL' IN $attributes
             AND any(path IN child.paths WHERE toLower(path) ENDS WITH ':zone.identifier'))
         OR EXISTS { MATCH (child)-[:IMAGE]->(f:File)
                     WHERE ('ATTR_FRESHUNKNOWN' IN $attributes AND f.first_seen >= $since
                            AND coalesce(f.sha256, f.md5) IS NOT NULL)
                        OR ('ATTR_EXTERNAL' IN $attributes
                            AND any(path IN f.paths WHERE toLower(path) ENDS WITH ':zone.identifier')) })
  WITH CASE WHEN $by IS NULL THEN null ELSE CASE $by WHEN 'ChildFilename' THEN child.name WHEN 'ChildPath' THEN child.path WHEN 'ChildMd5' THEN child.md5
            WHEN 'ChildPid' THEN child.pid WHEN 'Operation' THEN operation
            WHEN 'CommandLine' THEN CASE WHEN operation = 'create' THEN child.command_line END
            WHEN 'LanShared' THEN child.path STARTS WITH '\\\\' WHEN 'Muid' THEN p.machine_id
            WHEN 'LoggedUser' THEN p.user_id WHEN 'UserId' THEN p.user_id
            WHEN 'ProcessId' THEN CASE WHEN operation <> 'load' THEN child.id END WHEN 'DateTime' THEN at END END AS value,
       at / $bucket AS at
  RETURN at, value, count(*) AS rows
  UNION ALL
  WITH whole
  WHERE size($clients) > 0 AND $attributes IS NULL AND NOT $allowed AND 'create' IN $operations
  MATCH (p:Process)
  WHERE p.stub = false
  WITH whole, p, 'create' AS operation, p.start AS at, p AS child
  WITH whole, p, operation, at, child
  WHERE (whole OR (p.client_id IN $clients AND p.machine_id IS NOT NULL))
    AND at IS NOT NULL AND ($since IS NULL OR at >= $since) AND ($until IS NULL OR at < $until)
    AND ($muids IS NULL OR p.machine_id IN $muids)
    AND ($accounts IS NULL OR p.user_id IN $accounts)
    AND ($names IS NULL OR child.name IN $names OR toLower(child.path) IN $names OR toLower(child.md5) IN $names
         OR toLower(child.sha256) IN $names)
    AND ($programs IS NULL OR child.name IN $programs)
    AND ($commands IS NULL OR any(text IN $commands WHERE toLower(child.command_line) CONTAINS text))
  WITH CASE WHEN $by IS NULL THEN null ELSE CASE $by WHEN 'ChildFilename' THEN child.name WHEN 'ChildPath' THEN child.path WHEN 'ChildMd5' THEN child.md5
            WHEN 'ChildPid' THEN child.pid WHEN 'Operation' THEN operation
            WHEN 'CommandLine' THEN CASE WHEN operation = 'create' THEN child.command_line END
            WHEN 'LanShared' THEN child.path STARTS WITH '\\\\' WHEN 'Muid' THEN p.machine_id
            WHEN 'LoggedUser' THEN p.user_id WHEN 'UserId' THEN p.user_id
            WHEN 'ProcessId' THEN CASE WHEN operation <> 'load' THEN child.id END WHEN 'DateTime' THEN at END END AS value,
       at / $bucket AS at
  RETURN at, value, count(*) AS rows
  UNION ALL
  WITH whole
  WHERE size($clients) > 0 AND $attributes IS NULL AND NOT $allowed AND 'kill' IN $operations
  MATCH (p:Process)
  WHERE p.end IS NOT NULL
  WITH whole, p, 'kill' AS operation, p.end AS at, p AS child
  WITH whole, p, operation, at, child
  WHERE (whole OR (p.client_id IN $clients AND p.machine_id IS NOT NULL))
    AND at IS NOT NULL AND ($since IS NULL OR at >= $since) AND ($until IS NULL OR at < $until)
    AND ($muids IS NULL OR p.machine_id IN $muids)
    AND ($accounts IS NULL OR p.user_id IN $accounts)
    AND ($names IS NULL OR child.name IN $names OR toLower(child.path) IN $names OR toLower(child.md5) IN $names
         OR toLower(child.sha256) IN $names)
    AND ($programs IS NULL OR child.name IN $programs)
    AND ($commands IS NULL OR any(text IN $commands WHERE toLower(child.command_line) CONTAINS text))
  WITH CASE WHEN $by IS NULL THEN null ELSE CASE $by WHEN 'ChildFilename' THEN child.name WHEN 'ChildPath' THEN child.path WHEN 'ChildMd5' THEN child.md5
            WHEN 'ChildPid' THEN child.pid WHEN 'Operation' THEN operation
            WHEN 'CommandLine' THEN CASE WHEN operation = 'create' THEN child.command_line END
            WHEN 'LanShared' THEN child.path STARTS WITH '\\\\' WHEN 'Muid' THEN p.machine_id
            WHEN 'LoggedUser' THEN p.user_id WHEN 'UserId' THEN p.user_id
            WHEN 'ProcessId' THEN CASE WHEN operation <> 'load' THEN child.id END WHEN 'DateTime' THEN at END END AS value,
       at / $bucket AS at
  RETURN at, value, count(*) AS rows
  UNION ALL
  WITH whole
  WHERE size($clients) > 0 AND $attributes IS NULL AND NOT $allowed
  CALL {
    UNWIND CASE WHEN 'thread' IN $operations THEN [true] ELSE [] END AS asked
    MATCH (child:Process)
    WITH child SKIP 0  // a planner begins here, not at any other node
    MATCH (child)<-[r:INJECTED_INTO]-(p)
    RETURN p, 'thread' AS operation, r.start AS at, child
    UNION ALL
    UNWIND CASE WHEN 'load' IN $operations THEN [true] ELSE [] END AS asked
    MATCH (child:File)
    WITH child SKIP 0
    MATCH (child)<-[r:LOADED]-(p)
    RETURN p, 'load' AS operation, r.start AS at, child
  }
  WITH whole, p, operation, at, child
  WHERE (whole OR (p.client_id IN $clients AND p.machine_id IS NOT NULL))
    AND at IS NOT NULL AND ($since IS NULL OR at >= $since) AND ($until IS NULL OR at < $until)
    AND ($muids IS NULL OR p.machine_id IN $muids)
    AND ($accounts IS NULL OR p.user_id IN $accounts)
    AND ($names IS NULL OR child.name IN $names OR toLower(child.path) IN $names OR toLower(child.md5) IN $names
         OR toLower(child.sha256) IN $names)
    AND ($programs IS NULL OR child.name IN $programs)
    AND ($commands IS NULL OR any(text IN $commands WHERE toLower(child.command_line) CONTAINS text))
  WITH CASE WHEN $by IS NULL THEN null ELSE CASE $by WHEN 'ChildFilename' THEN child.name WHEN 'ChildPath' THEN child.path WHEN 'ChildMd5' THEN child.md5
            WHEN 'ChildPid' THEN child.pid WHEN 'Operation' THEN operation
            WHEN 'CommandLine' THEN CASE WHEN operation = 'create' THEN child.command_line END
            WHEN 'LanShared' THEN child.path STARTS WITH '\\\\' WHEN 'Muid' THEN p.machine_id
            WHEN 'LoggedUser' THEN p.user_id WHEN 'UserId' THEN p.user_id
            WHEN 'ProcessId' THEN CASE WHEN operation <> 'load' THEN child.id END WHEN 'DateTime' THEN at END END AS value,
       at / $bucket AS at
  RETURN at, value, count(*) AS rows
}
WITH at * $bucket AS at, value, sum(rows) AS rows
WITH at, value, rows, CASE WHEN $by = 'LoggedUser' THEN value END AS account
OPTIONAL MATCH (u:User {id: coalesce(account, '')})
WITH at, CASE WHEN $by = 'LoggedUser' THEN CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END ELSE value END AS value, rows
RETURN at, value, sum(rows) AS rows
ORDER BY at, rows DESC, value
