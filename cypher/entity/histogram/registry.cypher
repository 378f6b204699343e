// entity/histogram/registry
// How many rows `entity/registry` has per value of a column (`by`), per span of time (`bucket`, microseconds), or both.
// `by` is any column but RemoteIp and lists; those of a child, which there is none, count everything as null.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?, names: list[str]?, programs: list[str]?,
//    allowed: bool = false, operations: list[str]?, since: datetime?, until: datetime?,
//    by: str?, bucket: int?
// returns: at: datetime, value: any, rows: int
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"], "by": "Key", "bucket": 60000000}
// include: entity/histogram/communications tenants
CALL (whole) {
  CALL {
    // include: entity/registry anchors
    UNION ALL
    UNWIND CASE WHEN $allowed THEN $clients ELSE [] END AS id
    MATCH (m:Machine)-[:RAN]->(p:Process)-[r:SET_REGISTRY|READ_REGISTRY]->(k:RegistryKey)
    WHERE m.client_id = id
    RETURN p, r, k
  }
  WITH p, r, k
  WHERE
    // include: entity/registry limits
    // include: entity/registry programs
    AND ($operations IS NULL OR coalesce(r.operation, CASE WHEN type(r) = 'READ_REGISTRY' THEN 'access' ELSE 'modify' END) IN $operations)
  // part: counted
  WITH CASE WHEN $by IS NULL THEN null ELSE CASE $by WHEN 'Key' THEN k.path WHEN 'Value' THEN r.value
            WHEN 'Operation' THEN coalesce(r.operation, CASE WHEN type(r) = 'READ_REGISTRY' THEN 'access' ELSE 'modify' END)
            WHEN 'Muid' THEN p.machine_id WHEN 'LoggedUser' THEN p.user_id WHEN 'UserId' THEN p.user_id
            WHEN 'ParentFilename' THEN p.name WHEN 'ParentMd5' THEN p.md5 WHEN 'ParentPid' THEN p.pid
            WHEN 'ProcessId' THEN p.id WHEN 'Actions' THEN r.count WHEN 'DateTime' THEN r.start
            WHEN 'LastSeen' THEN r.end END END AS value,
       r.start / $bucket AS at
  RETURN at, value, count(*) AS rows
  // end of part: counted
  UNION ALL
  WITH whole
  WHERE size($clients) > 0 AND NOT $allowed
  MATCH (k:RegistryKey)
  WITH whole, k SKIP 0  // a planner begins here, not at any other node
  MATCH (k)<-[r:SET_REGISTRY|READ_REGISTRY]-(p)
  WHERE (whole OR (p.client_id IN $clients AND p.machine_id IS NOT NULL)) AND
    // include: entity/registry limits
    AND ($programs IS NULL OR p.name IN $programs)
    AND ($operations IS NULL OR coalesce(r.operation, CASE WHEN type(r) = 'READ_REGISTRY' THEN 'access' ELSE 'modify' END) IN $operations)
  // include: entity/histogram/registry counted
}
// include: entity/histogram/communications named
