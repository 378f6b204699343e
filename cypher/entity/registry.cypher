// entity/registry
// What processes of accounts, machines, programs or tenants, or single processes, did to registry keys.
// One row per process, key and operation. A remote address is that of the remote logon that opened the session.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?, names: list[str]?, programs: list[str]?,
//    allowed: bool = false, operations: list[str]?, since: datetime?, until: datetime?, limit: int = 1000000000
// returns: date_time: datetime, muid: str, logged_user: str, parent_filename: str, parent_md5: str, parent_pid: int,
//    remote_ip: str, operation: str, key: str, value: str, last_seen: datetime, actions: int, process_id: str, user_id: str,
//    event_ids: list[str]
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"]}
CALL {
  // part: anchors
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
  // end of part: anchors
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)-[:RAN]->(p:Process)-[r:SET_REGISTRY|READ_REGISTRY]->(k:RegistryKey)
  WHERE m.client_id = id
  RETURN p, r, k
}
WITH p, r, k,
     coalesce(r.operation, CASE WHEN type(r) = 'READ_REGISTRY' THEN 'access' ELSE 'modify' END) AS operation
WHERE
  // part: limits
  ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($muids IS NULL OR p.machine_id IN $muids)
  AND ($accounts IS NULL OR p.user_id IN $accounts)
  AND ($names IS NULL OR p.name IN $names OR toLower(p.path) IN $names OR toLower(p.md5) IN $names
       OR toLower(p.sha256) IN $names)
  // end of part: limits
  // part: programs
  AND (($programs IS NULL AND NOT $allowed) OR p.name IN $programs
       OR ($allowed AND EXISTS { MATCH (alert:Alert)-[:FLAGGED]->(p) WHERE toLower(alert.action) STARTS WITH 'allow' }))
  // end of part: programs
  AND ($operations IS NULL OR operation IN $operations)
WITH p, r, k, operation ORDER BY r.start, r.id LIMIT $limit
WITH p.machine_id AS machine, collect([p, r, k, operation]) AS acts
CALL (machine, acts) {
  UNWIND acts AS act
  RETURN act[1].logon_session_id AS logon, act, null AS entry
  UNION ALL
  MATCH (:Machine {id: coalesce(machine, '')})<-[entry:REMOTE_LOGON]-()
  WHERE entry.logon_session_id IS NOT NULL
  RETURN entry.logon_session_id AS logon, null AS act, entry
}
WITH machine, logon, collect(act) AS acts, min(entry.source_ip) AS remote_ip
UNWIND acts AS act
WITH act[0] AS p, act[1] AS r, act[2] AS k, act[3] AS operation, remote_ip
OPTIONAL MATCH (u:User)-[:EXECUTED]->(p)
RETURN r.start AS date_time, p.machine_id AS muid, CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END AS logged_user,
       p.name AS parent_filename, p.md5 AS parent_md5, p.pid AS parent_pid,
       remote_ip, operation, k.path AS key,
       r.value AS value, r.end AS last_seen, r.count AS actions, p.id AS process_id, u.id AS user_id,
       r.evidence AS event_ids
ORDER BY date_time, r.id, user_id
