// entity/histogram/executions
// How many rows `entity/executions` has per value of a column (`by`), per span of time (`bucket`, microseconds), or both.
// `by` is DateTime, Muid, LoggedUser, UserId, a column of the child, CommandLine, Operation, LanShared or ProcessId.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?, names: list[str]?, programs: list[str]?,
//    allowed: bool = false, commands: list[str]?, operations: list[str] = ["create", "kill", "thread", "load"],
//    attributes: list[str]?, bringers: list[str] = [], carriers: list[str] = [],
//    since: datetime?, until: datetime?,
//    by: str?, bucket: int?
// returns: at: datetime, value: any, rows: int
// allow: CartesianProduct because the other side is one row, which says whether there are other tenants.
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"], "by": "ChildFilename", "bucket": 60000000}
// include: entity/histogram/communications tenants
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
    RETURN 'create' AS operation, p.start AS at, p AS child, r.logon_session_id AS session
    UNION ALL
    MATCH (:Machine)-[r:RAN]->(p)
    WHERE started AND acts AND 'kill' IN $operations AND p.end IS NOT NULL
    RETURN 'kill' AS operation, p.end AS at, p AS child, r.logon_session_id AS session
    UNION ALL
    MATCH (p)-[r:INJECTED_INTO]->(child:Process)
    WHERE acts AND 'thread' IN $operations
    RETURN 'thread' AS operation, r.start AS at, child, r.logon_session_id AS session
    UNION ALL
    MATCH (p)-[r:LOADED]->(child:File)
    WHERE acts AND 'load' IN $operations
    RETURN 'load' AS operation, r.start AS at, child, r.logon_session_id AS session
  }
  WITH p, operation, at, child, session
  WHERE at IS NOT NULL AND
    // include: entity/executions fits
  // part: counted
  WITH CASE WHEN $by IS NULL THEN null ELSE CASE $by WHEN 'ChildFilename' THEN child.name WHEN 'ChildPath' THEN child.path WHEN 'ChildMd5' THEN child.md5
            WHEN 'ChildPid' THEN child.pid WHEN 'Operation' THEN operation
            WHEN 'CommandLine' THEN CASE WHEN operation = 'create' THEN child.command_line END
            WHEN 'LanShared' THEN child.path STARTS WITH '\\\\' WHEN 'Muid' THEN p.machine_id
            WHEN 'LoggedUser' THEN p.user_id WHEN 'UserId' THEN p.user_id
            WHEN 'ProcessId' THEN CASE WHEN operation <> 'load' THEN child.id END WHEN 'DateTime' THEN at END END AS value,
       at / $bucket AS at
  RETURN at, value, count(*) AS rows
  // end of part: counted
  UNION ALL
  WITH whole
  WHERE size($clients) > 0 AND $attributes IS NULL AND NOT $allowed AND 'create' IN $operations
  MATCH (p:Process)
  WHERE p.stub = false
  WITH whole, p, 'create' AS operation, p.start AS at, p AS child
  WITH whole, p, operation, at, child
  WHERE
    // part: of_tenants
    (whole OR (p.client_id IN $clients AND p.machine_id IS NOT NULL))
    AND at IS NOT NULL AND
    // include: entity/executions limits
    AND ($programs IS NULL OR child.name IN $programs)
    // include: entity/executions commands
    // end of part: of_tenants
  // include: entity/histogram/executions counted
  UNION ALL
  WITH whole
  WHERE size($clients) > 0 AND $attributes IS NULL AND NOT $allowed AND 'kill' IN $operations
  MATCH (p:Process)
  WHERE p.end IS NOT NULL
  WITH whole, p, 'kill' AS operation, p.end AS at, p AS child
  WITH whole, p, operation, at, child
  WHERE
    // include: entity/histogram/executions of_tenants
  // include: entity/histogram/executions counted
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
  WHERE
    // include: entity/histogram/executions of_tenants
  // include: entity/histogram/executions counted
}
// include: entity/histogram/communications named
