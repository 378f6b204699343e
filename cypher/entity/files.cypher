// entity/files
// What processes of accounts, machines, programs or tenants, or single processes, did to files.
// One row per process, file, operation and path. `archives` and `scripts` are endings of file names: with them
// `newcmp`, `opencmp` and `script` pick the operations on such files. Remote, new and from outside as in `executions`.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?, names: list[str]?, programs: list[str]?,
//    allowed: bool = false, operations: list[str]?, archives: list[str] = [], scripts: list[str] = [],
//    attributes: list[str]?, bringers: list[str] = [], carriers: list[str] = [],
//    since: datetime?, until: datetime?, limit: int = 1000000000
// returns: date_time: datetime, muid: str, logged_user: str, child_filename: str, child_path: str, child_md5: str,
//    parent_filename: str, parent_md5: str, parent_pid: int, remote_ip: str, operation: str,
//    remote_session: bool, external: bool, fresh_unknown: bool, lan_shared: bool, last_seen: datetime, actions: int, process_id: str, file_id: str,
//    user_id: str, event_ids: list[str]
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"]}
CALL {
  // part: anchors
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
  // end of part: anchors
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)-[:RAN]->(p:Process)-[r:WROTE|READ|DELETED|RENAMED]->(f:File)
  WHERE m.client_id = id
  RETURN p, r, f
}
WITH p, r, f, coalesce(r.path, f.path) AS path,
     CASE WHEN type(r) = 'DELETED' THEN 'delete' WHEN type(r) = 'RENAMED' THEN 'rename'
          WHEN type(r) = 'READ' THEN 'access' WHEN r.operation IN ['modify', 'time'] THEN 'modify'
          ELSE 'create' END AS operation
WITH p, r, f, path, operation, any(end IN $archives WHERE toLower(path) ENDS WITH end) AS packed,
     any(end IN $scripts WHERE toLower(path) ENDS WITH end) AS script
WHERE
  // part: limits
  ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($muids IS NULL OR p.machine_id IN $muids)
  AND ($accounts IS NULL OR p.user_id IN $accounts)
  // end of part: limits
  AND ($names IS NULL OR f.name IN $names OR toLower(path) IN $names OR toLower(f.md5) IN $names
       OR toLower(f.sha256) IN $names)
  // part: programs
  AND (($programs IS NULL AND NOT $allowed) OR p.name IN $programs
       OR ($allowed AND EXISTS { MATCH (alert:Alert)-[:FLAGGED]->(p) WHERE toLower(alert.action) STARTS WITH 'allow' }))
  // end of part: programs
  AND ($operations IS NULL OR operation IN $operations OR ('script' IN $operations AND script)
       OR ('newcmp' IN $operations AND packed AND operation = 'create')
       OR ('opencmp' IN $operations AND packed AND operation = 'access'))
  AND ($attributes IS NULL OR ('ATTR_LANSHARED' IN $attributes AND path STARTS WITH '\\\\')
       OR ('ATTR_FRESHUNKNOWN' IN $attributes AND f.first_seen >= $since AND coalesce(f.sha256, f.md5) IS NOT NULL)
       OR ('ATTR_REMOTE' IN $attributes AND EXISTS { MATCH (:Machine {id: coalesce(CASE WHEN 'ATTR_REMOTE' IN $attributes THEN p.machine_id END, '')})<-[entry:REMOTE_LOGON]-() WHERE entry.logon_session_id = r.logon_session_id })
       OR ('ATTR_EXTERNAL' IN $attributes AND (any(name IN f.paths WHERE toLower(name) ENDS WITH ':zone.identifier')
           OR EXISTS { MATCH (stream:File {id: coalesce(CASE WHEN 'ATTR_EXTERNAL' IN $attributes THEN p.machine_id + '|' + toLower(path) + ':zone.identifier' END, '')}) }
           OR EXISTS { MATCH (made:File {id: coalesce(CASE WHEN 'ATTR_EXTERNAL' IN $attributes AND any(end IN $carriers WHERE toLower(path) ENDS WITH end) THEN p.machine_id + '|' + toLower(path) END, '')})<-[:WROTE]-(bringer:Process) WHERE bringer.name IN $bringers }
           OR EXISTS { MATCH (sent:File {id: coalesce(CASE WHEN 'ATTR_EXTERNAL' IN $attributes THEN p.machine_id + '|' + toLower(path) END, '')})<-[:SENT]-(:IP) })))
WITH p, r, f, path, operation ORDER BY r.start, r.id LIMIT $limit
WITH p.machine_id AS machine, collect([p, r, f, path, operation]) AS acts
CALL (machine, acts) {
  UNWIND acts AS act
  RETURN act[1].logon_session_id AS logon, act, null AS entry
  UNION ALL
  MATCH (:Machine {id: coalesce(machine, '')})<-[entry:REMOTE_LOGON]-()
  WHERE entry.logon_session_id IS NOT NULL
  RETURN entry.logon_session_id AS logon, null AS act, entry
}
WITH machine, logon, collect(act) AS acts, count(entry) AS entries, min(entry.source_ip) AS remote_ip
UNWIND acts AS act
WITH act[0] AS p, act[1] AS r, act[2] AS f, act[3] AS path, act[4] AS operation, entries, remote_ip
OPTIONAL MATCH (u:User)-[:EXECUTED]->(p)
RETURN r.start AS date_time, p.machine_id AS muid, CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END AS logged_user,
       f.name AS child_filename, path AS child_path, f.md5 AS child_md5, p.name AS parent_filename,
       p.md5 AS parent_md5, p.pid AS parent_pid, remote_ip, operation,
       CASE WHEN r.logon_session_id IS NOT NULL AND p.machine_id IS NOT NULL THEN entries > 0 END AS remote_session,
       CASE WHEN any(name IN f.paths WHERE toLower(name) ENDS WITH ':zone.identifier')
              OR EXISTS { MATCH (stream:File {id: coalesce(p.machine_id + '|' + toLower(path) + ':zone.identifier', '')}) }
              OR EXISTS { MATCH (made:File {id: coalesce(CASE WHEN any(end IN $carriers WHERE toLower(path) ENDS WITH end) THEN p.machine_id + '|' + toLower(path) END, '')})<-[:WROTE]-(bringer:Process) WHERE bringer.name IN $bringers }
              OR EXISTS { MATCH (sent:File {id: coalesce(p.machine_id + '|' + toLower(path), '')})<-[:SENT]-(:IP) } THEN true END AS external,
       CASE WHEN $since IS NOT NULL AND coalesce(f.sha256, f.md5) IS NOT NULL
            THEN f.first_seen >= $since END AS fresh_unknown,
       path STARTS WITH '\\\\' AS lan_shared, r.end AS last_seen, r.count AS actions, p.id AS process_id,
       f.id AS file_id, u.id AS user_id, r.evidence AS event_ids
ORDER BY date_time, r.id, user_id
