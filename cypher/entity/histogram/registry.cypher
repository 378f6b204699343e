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
CALL {
  UNWIND CASE WHEN size($clients) > 0 THEN [true] ELSE [] END AS asked
  OPTIONAL MATCH (other:Machine)
  WHERE NOT other.client_id IN $clients
  RETURN count(other) = 0 AS whole
}
CALL (whole) {
  CALL {
    UNWIND $users AS id
    MATCH (:User {id: id})-[:EXECUTED]->(p:Process)-[r:SET_REGISTRY|READ_REGISTRY]->(k:RegistryKey)
    RETURN p, r, k
    UNION ALL
    UNWIND $machines AS id
    MATCH (:Machine {id: id})-[:RAN]->(p:Process)-[r:SET_REGISTRY|READ_REGISTRY]->(k:RegistryKey)
    RETURN p, r, k
    UNION ALL
    UNWIND $processes AS id
    MATCH (p:Process {id: id})-[r:SET_REGISTRY|READ_REGISTRY]->(k:RegistryKey)
    RETURN p, r, k
    UNION ALL
    UNWIND $files AS id
    MATCH (:File {id: id})<-[:IMAGE]-(p:Process)-[r:SET_REGISTRY|READ_REGISTRY]->(k:RegistryKey)
    RETURN p, r, k
    UNION ALL
    UNWIND CASE WHEN $allowed THEN $clients ELSE [] END AS id
    MATCH (m:Machine)-[:RAN]->(p:Process)-[r:SET_REGISTRY|READ_REGISTRY]->(k:RegistryKey)
    WHERE m.client_id = id
    RETURN p, r, k
  }
  WITH p, r, k
  WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
    AND ($muids IS NULL OR p.machine_id IN $muids) AND ($accounts IS NULL OR p.user_id IN $accounts)
    AND ($names IS NULL OR p.name IN $names OR toLower(p.path) IN $names OR toLower(p.md5) IN $names
         OR toLower(p.sha256) IN $names)
    AND (($programs IS NULL AND NOT $allowed) OR p.name IN $programs
         OR ($allowed AND EXISTS { MATCH (alert:Alert)-[:FLAGGED]->(p) WHERE toLower(alert.action) STARTS WITH 'allow' }))
    AND ($operations IS NULL OR coalesce(r.operation, CASE WHEN type(r) = 'READ_REGISTRY' THEN 'access' ELSE 'modify' END) IN $operations)
  WITH CASE WHEN $by IS NULL THEN null ELSE CASE $by WHEN 'Key' THEN k.path WHEN 'Value' THEN r.value
            WHEN 'Operation' THEN coalesce(r.operation, CASE WHEN type(r) = 'READ_REGISTRY' THEN 'access' ELSE 'modify' END)
            WHEN 'Muid' THEN p.machine_id WHEN 'LoggedUser' THEN p.user_id WHEN 'UserId' THEN p.user_id
            WHEN 'ParentFilename' THEN p.name WHEN 'ParentMd5' THEN p.md5 WHEN 'ParentPid' THEN p.pid
            WHEN 'ProcessId' THEN p.id WHEN 'Actions' THEN r.count WHEN 'DateTime' THEN r.start
            WHEN 'LastSeen' THEN r.end END END AS value,
       r.start / $bucket AS at
  RETURN at, value, count(*) AS rows
  UNION ALL
  WITH whole
  WHERE size($clients) > 0 AND NOT $allowed
  MATCH (k:RegistryKey)
  WITH whole, k SKIP 0  // a planner begins here, not at any other node
  MATCH (k)<-[r:SET_REGISTRY|READ_REGISTRY]-(p)
  WHERE (whole OR (p.client_id IN $clients AND p.machine_id IS NOT NULL)) AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
    AND ($muids IS NULL OR p.machine_id IN $muids) AND ($accounts IS NULL OR p.user_id IN $accounts)
    AND ($names IS NULL OR p.name IN $names OR toLower(p.path) IN $names OR toLower(p.md5) IN $names
         OR toLower(p.sha256) IN $names)
    AND ($programs IS NULL OR p.name IN $programs)
    AND ($operations IS NULL OR coalesce(r.operation, CASE WHEN type(r) = 'READ_REGISTRY' THEN 'access' ELSE 'modify' END) IN $operations)
  WITH CASE WHEN $by IS NULL THEN null ELSE CASE $by WHEN 'Key' THEN k.path WHEN 'Value' THEN r.value
            WHEN 'Operation' THEN coalesce(r.operation, CASE WHEN type(r) = 'READ_REGISTRY' THEN 'access' ELSE 'modify' END)
            WHEN 'Muid' THEN p.machine_id WHEN 'LoggedUser' THEN p.user_id WHEN 'UserId' THEN p.user_id
            WHEN 'ParentFilename' THEN p.name WHEN 'ParentMd5' THEN p.md5 WHEN 'ParentPid' THEN p.pid
            WHEN 'ProcessId' THEN p.id WHEN 'Actions' THEN r.count WHEN 'DateTime' THEN r.start
            WHEN 'LastSeen' THEN r.end END END AS value,
       r.start / $bucket AS at
  RETURN at, value, count(*) AS rows
}
WITH at * $bucket AS at, value, sum(rows) AS rows
WITH at, value, rows, CASE WHEN $by = 'LoggedUser' THEN value END AS account
OPTIONAL MATCH (u:User {id: coalesce(account, '')})
WITH at, CASE WHEN $by = 'LoggedUser' THEN CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END ELSE value END AS value, rows
RETURN at, value, sum(rows) AS rows
ORDER BY at, rows DESC, value
