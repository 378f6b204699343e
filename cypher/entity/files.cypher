// entity/files
// What processes of accounts, machines, programs or tenants, or single processes, did to files.
// One row per process, file, operation and path. `archives` and `scripts` are endings of file names: with them
// `newcmp`, `opencmp` and `script` pick the operations on such files. Remote, new and from outside as in `executions`.
// mode: read
// allow: CartesianProduct because one side is a single row, the list of remote sessions
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?, names: list[str]?, programs: list[str]?,
//    allowed: bool = false, operations: list[str]?, archives: list[str] = [], scripts: list[str] = [],
//    attributes: list[str]?, since: datetime?, until: datetime?, limit: int = 1000000000
// returns: date_time: datetime, muid: str, logged_user: str, child_filename: str, child_path: str, child_md5: str,
//    parent_filename: str, parent_md5: str, parent_pid: int, remote_ip: str, operation: str,
//    remote_session: bool, external: bool, fresh_unknown: bool, lan_shared: bool, last_seen: datetime, actions: int, process_id: str, file_id: str,
//    user_id: str, event_ids: list[str]
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"]}
CALL {
  UNWIND $users AS id
  MATCH (:User {id: id})-[:LOGGED_ON]->(m:Machine)
  RETURN m
  UNION
  UNWIND $machines AS id
  MATCH (m:Machine {id: id})
  RETURN m
  UNION
  UNWIND $processes AS id
  MATCH (m:Machine)-[:RAN]->(:Process {id: id})
  RETURN m
  UNION
  UNWIND $files AS id
  MATCH (:File {id: id})<-[:IMAGE]-(:Process)<-[:RAN]-(m:Machine)
  RETURN m
  UNION
  UNWIND $clients AS id
  MATCH (m:Machine)
  WHERE m.client_id = id
  RETURN m
}
WITH DISTINCT m
OPTIONAL MATCH (m)<-[r:REMOTE_LOGON]-()
WITH collect(DISTINCT m.id + '|' + r.logon_id) AS sessions,
     collect(DISTINCT CASE WHEN r.source_ip IS NULL THEN null ELSE [m.id + '|' + r.logon_id, r.source_ip] END) AS origins
CALL {
  UNWIND $users AS id
  MATCH (:User {id: id})-[:EXECUTED]->(p:Process)-[r:WROTE|READ|DELETED|RENAMED]->(f:File)
  RETURN p, r, f
  UNION ALL
  UNWIND $machines AS id
  MATCH (:Machine {id: id})-[:RAN]->(p:Process)-[r:WROTE|READ|DELETED|RENAMED]->(f:File)
  RETURN p, r, f
  UNION ALL
  UNWIND $processes AS id
  MATCH (p:Process {id: id})-[r:WROTE|READ|DELETED|RENAMED]->(f:File)
  RETURN p, r, f
  UNION ALL
  UNWIND $files AS id
  MATCH (:File {id: id})<-[:IMAGE]-(p:Process)-[r:WROTE|READ|DELETED|RENAMED]->(f:File)
  RETURN p, r, f
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)-[:RAN]->(p:Process)-[r:WROTE|READ|DELETED|RENAMED]->(f:File)
  WHERE m.client_id = id
  RETURN p, r, f
}
WITH p, r, f, sessions, origins, coalesce(r.path, f.path) AS path,
     CASE WHEN type(r) = 'DELETED' THEN 'delete' WHEN type(r) = 'RENAMED' THEN 'rename'
          WHEN type(r) = 'READ' THEN 'access' WHEN r.operation IN ['modify', 'time'] THEN 'modify'
          ELSE 'create' END AS operation
WITH p, r, f, sessions, origins, path, operation, any(end IN $archives WHERE toLower(path) ENDS WITH end) AS packed,
     any(end IN $scripts WHERE toLower(path) ENDS WITH end) AS script
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($muids IS NULL OR p.machine_id IN $muids)
  AND ($accounts IS NULL OR p.user_id IN $accounts)
  AND ($names IS NULL OR f.name IN $names OR toLower(path) IN $names OR toLower(f.md5) IN $names
       OR toLower(f.sha256) IN $names)
  AND (($programs IS NULL AND NOT $allowed) OR p.name IN $programs
       OR ($allowed AND EXISTS { MATCH (alert:Alert)-[:FLAGGED]->(p) WHERE toLower(alert.action) STARTS WITH 'allow' }))
  AND ($operations IS NULL OR operation IN $operations OR ('script' IN $operations AND script)
       OR ('newcmp' IN $operations AND packed AND operation = 'create')
       OR ('opencmp' IN $operations AND packed AND operation = 'access'))
WITH p, r, f, path, operation, origins,
     CASE WHEN p.logon_id IS NULL THEN null ELSE p.machine_id + '|' + p.logon_id IN sessions END AS remote_session,
     CASE WHEN $since IS NULL OR coalesce(f.sha256, f.md5) IS NULL THEN null
          ELSE f.first_seen >= $since END AS fresh_unknown,
     path STARTS WITH '\\\\' AS lan_shared
WHERE true
  AND ($attributes IS NULL OR ('ATTR_REMOTE' IN $attributes AND remote_session)
       OR ('ATTR_EXTERNAL' IN $attributes AND
           (any(name IN f.paths WHERE toLower(name) ENDS WITH ':zone.identifier')
            OR EXISTS { MATCH (stream:File) WHERE stream.id = p.machine_id + '|' + toLower(path) + ':zone.identifier' }))
       OR ('ATTR_FRESHUNKNOWN' IN $attributes AND fresh_unknown) OR ('ATTR_LANSHARED' IN $attributes AND lan_shared))
WITH p, r, f, path, operation, origins, remote_session, fresh_unknown, lan_shared
ORDER BY r.start, r.id LIMIT $limit
WITH p, r, f, path, operation, remote_session, fresh_unknown, lan_shared,
     CASE WHEN remote_session THEN head([o IN origins WHERE o[0] = p.machine_id + '|' + p.logon_id | o[1]]) END
       AS remote_ip,
     CASE WHEN (any(name IN f.paths WHERE toLower(name) ENDS WITH ':zone.identifier')
            OR EXISTS { MATCH (stream:File) WHERE stream.id = p.machine_id + '|' + toLower(path) + ':zone.identifier' })
          THEN true END AS external
OPTIONAL MATCH (u:User)-[:EXECUTED]->(p)
RETURN r.start AS date_time, p.machine_id AS muid, CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END AS logged_user,
       f.name AS child_filename, path AS child_path, f.md5 AS child_md5, p.name AS parent_filename,
       p.md5 AS parent_md5, p.pid AS parent_pid, remote_ip, operation, remote_session, external, fresh_unknown,
       lan_shared,
       r.end AS last_seen, r.count AS actions, p.id AS process_id, f.id AS file_id, u.id AS user_id,
       r.evidence AS event_ids
ORDER BY date_time, r.id, user_id
