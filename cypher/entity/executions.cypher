// entity/executions
// Processes made and ended, threads made in other processes, and modules loaded.
// For an account, machine, program or tenant: the processes that ran there and what they did; for a process: the
// processes it made and what it did. Who ended a process no record says, so an end has no parent.
// A session is remote when a remote logon opened it; its address is that logon's. New is a file whose first sight lies in
// the period asked for. From outside is a file with the mark of the web, a stream Zone.Identifier (Sysmon 15), and one that
// ends as `carriers` do and was written by one of `bringers`: a browser, a mail program, or the system for a client of SMB;
// and one that a record of a share says was sent.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?, names: list[str]?, programs: list[str]?,
//    allowed: bool = false, commands: list[str]?, operations: list[str] = ["create", "kill", "thread", "load"],
//    attributes: list[str]?, bringers: list[str] = [], carriers: list[str] = [],
//    since: datetime?, until: datetime?, limit: int = 1000000000
// returns: date_time: datetime, muid: str, logged_user: str, child_filename: str, child_path: str, child_md5: str,
//    child_pid: int, parent_filename: str, parent_md5: str, parent_pid: int, command_line: str, remote_ip: str,
//    operation: str, remote_session: bool, external: bool, fresh_unknown: bool, lan_shared: bool, process_id: str, parent_id: str, user_id: str,
//    event_ids: list[str]
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"]}
CALL {
  CALL {
    UNWIND $users AS id
    MATCH (:User {id: id})-[:EXECUTED]->(p:Process)
    MATCH (p)<-[r:RAN]-(:Machine)
    RETURN p, r, true AS acts
    UNION ALL
    UNWIND $machines AS id
    MATCH (:Machine {id: id})-[r:RAN]->(p:Process)
    RETURN p, r, true AS acts
    UNION ALL
    UNWIND $processes AS id
    MATCH (:Process {id: id})-[:SPAWNED]->(p:Process)
    MATCH (p)<-[r:RAN]-(:Machine)
    RETURN p, r, false AS acts
    UNION ALL
    UNWIND $files AS id
    MATCH (:File {id: id})<-[:IMAGE]-(p:Process)
    MATCH (p)<-[r:RAN]-(:Machine)
    RETURN p, r, true AS acts
    UNION ALL
    UNWIND $clients AS id
    MATCH (m:Machine)-[r:RAN]->(p:Process)
    WHERE m.client_id = id
    RETURN p, r, true AS acts
  }
  UNWIND CASE WHEN acts THEN ['create', 'kill'] ELSE ['create'] END AS operation
  WITH p, r, p AS child, operation, CASE operation WHEN 'create' THEN p.start ELSE p.end END AS at
  WHERE at IS NOT NULL AND operation IN $operations AND (operation = 'kill' OR p.stub = false)
  RETURN p, r, child, operation, at
  UNION ALL
  CALL {
    UNWIND $users AS id
    MATCH (:User {id: id})-[:EXECUTED]->(p:Process)-[r:INJECTED_INTO|LOADED]->(child)
    RETURN p, r, child
    UNION ALL
    UNWIND $machines AS id
    MATCH (:Machine {id: id})-[:RAN]->(p:Process)-[r:INJECTED_INTO|LOADED]->(child)
    RETURN p, r, child
    UNION ALL
    UNWIND $processes AS id
    MATCH (p:Process {id: id})-[r:INJECTED_INTO|LOADED]->(child)
    RETURN p, r, child
    UNION ALL
    UNWIND $files AS id
    MATCH (:File {id: id})<-[:IMAGE]-(p:Process)-[r:INJECTED_INTO|LOADED]->(child)
    RETURN p, r, child
    UNION ALL
    UNWIND $clients AS id
    MATCH (m:Machine)-[:RAN]->(p:Process)-[r:INJECTED_INTO|LOADED]->(child)
    WHERE m.client_id = id
    RETURN p, r, child
  }
  WITH p, r, child, CASE type(r) WHEN 'LOADED' THEN 'load' ELSE 'thread' END AS operation, r.start AS at
  WHERE operation IN $operations
  RETURN p, r, child, operation, at
}
WITH p, r, operation, at, child, r.logon_session_id AS session
WHERE
  // part: fits
  // part: limits
  ($since IS NULL OR at >= $since) AND ($until IS NULL OR at < $until)
  AND ($muids IS NULL OR p.machine_id IN $muids)
  AND ($accounts IS NULL OR p.user_id IN $accounts)
  AND ($names IS NULL OR child.name IN $names OR toLower(child.path) IN $names OR toLower(child.md5) IN $names
       OR toLower(child.sha256) IN $names)
  // end of part: limits
  AND (($programs IS NULL AND NOT $allowed) OR child.name IN $programs
       OR ($allowed AND EXISTS { MATCH (alert:Alert)-[:FLAGGED]->(p) WHERE toLower(alert.action) STARTS WITH 'allow' }))
  // part: commands
  AND ($commands IS NULL OR any(text IN $commands WHERE toLower(child.command_line) CONTAINS text))
  // end of part: commands
  AND ($attributes IS NULL OR ('ATTR_LANSHARED' IN $attributes AND child.path STARTS WITH '\\\\')
       OR ('ATTR_REMOTE' IN $attributes AND EXISTS { MATCH (:Machine {id: coalesce(CASE WHEN 'ATTR_REMOTE' IN $attributes THEN p.machine_id END, '')})<-[entry:REMOTE_LOGON]-() WHERE entry.logon_session_id = session })
       OR ('ATTR_EXTERNAL' IN $attributes AND (EXISTS { MATCH (stream:File {id: coalesce(CASE WHEN 'ATTR_EXTERNAL' IN $attributes THEN p.machine_id + '|' + toLower(child.path) + ':zone.identifier' END, '')}) }
           OR EXISTS { MATCH (made:File {id: coalesce(CASE WHEN 'ATTR_EXTERNAL' IN $attributes AND any(end IN $carriers WHERE toLower(child.path) ENDS WITH end) THEN p.machine_id + '|' + toLower(child.path) END, '')})<-[:WROTE]-(bringer:Process) WHERE bringer.name IN $bringers }
           OR EXISTS { MATCH (sent:File {id: coalesce(CASE WHEN 'ATTR_EXTERNAL' IN $attributes THEN p.machine_id + '|' + toLower(child.path) END, '')})<-[:SENT]-(:IP) }))
       OR (operation = 'load' AND coalesce(child.sha256, child.md5) IS NOT NULL
           AND 'ATTR_FRESHUNKNOWN' IN $attributes AND child.first_seen >= $since)
       OR (operation = 'load' AND 'ATTR_EXTERNAL' IN $attributes
           AND any(path IN child.paths WHERE toLower(path) ENDS WITH ':zone.identifier'))
       OR EXISTS { MATCH (child)-[:IMAGE]->(f:File)
                   WHERE ('ATTR_FRESHUNKNOWN' IN $attributes AND f.first_seen >= $since
                          AND coalesce(f.sha256, f.md5) IS NOT NULL)
                      OR ('ATTR_EXTERNAL' IN $attributes
                          AND any(path IN f.paths WHERE toLower(path) ENDS WITH ':zone.identifier')) })
  // end of part: fits
WITH p, r, operation, at, child, CASE operation WHEN 'kill' THEN p.id + '|kill' ELSE r.id END AS place
ORDER BY at, place LIMIT $limit
WITH p.machine_id AS machine, collect([p, operation, at, child, r, place]) AS acts
CALL (machine, acts) {
  UNWIND acts AS act
  RETURN act[4].logon_session_id AS logon, act, null AS entry
  UNION ALL
  MATCH (:Machine {id: coalesce(machine, '')})<-[entry:REMOTE_LOGON]-()
  WHERE entry.logon_session_id IS NOT NULL
  RETURN entry.logon_session_id AS logon, null AS act, entry
}
WITH machine, logon, collect(act) AS acts, count(entry) AS entries, min(entry.source_ip) AS remote_ip
UNWIND acts AS act
WITH act[0] AS p, act[1] AS operation, act[2] AS at, act[3] AS child, act[4] AS r, act[5] AS place, entries, remote_ip
OPTIONAL MATCH (child)-[:IMAGE]->(image:File)
OPTIONAL MATCH (u:User)-[:EXECUTED]->(p)
OPTIONAL MATCH (maker:Process)-[:SPAWNED]->(p)
WHERE operation = 'create'
WITH p, child, operation, at, r, place, u, entries, remote_ip,
     CASE WHEN operation = 'load' THEN child ELSE image END AS file,
     CASE WHEN operation IN ['thread', 'load'] THEN p ELSE maker END AS parent
RETURN at AS date_time, p.machine_id AS muid, CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END AS logged_user,
       child.name AS child_filename, child.path AS child_path, child.md5 AS child_md5, child.pid AS child_pid,
       parent.name AS parent_filename, parent.md5 AS parent_md5, parent.pid AS parent_pid,
       CASE WHEN operation = 'create' THEN child.command_line END AS command_line, remote_ip, operation,
       CASE WHEN r.logon_session_id IS NOT NULL AND p.machine_id IS NOT NULL THEN entries > 0 END AS remote_session,
       CASE WHEN any(path IN file.paths WHERE toLower(path) ENDS WITH ':zone.identifier')
              OR EXISTS { MATCH (stream:File {id: coalesce(p.machine_id + '|' + toLower(child.path) + ':zone.identifier', '')}) }
              OR EXISTS { MATCH (made:File {id: coalesce(CASE WHEN any(end IN $carriers WHERE toLower(child.path) ENDS WITH end) THEN p.machine_id + '|' + toLower(child.path) END, '')})<-[:WROTE]-(bringer:Process) WHERE bringer.name IN $bringers }
              OR EXISTS { MATCH (sent:File {id: coalesce(p.machine_id + '|' + toLower(child.path), '')})<-[:SENT]-(:IP) } THEN true END AS external,
       CASE WHEN $since IS NOT NULL AND coalesce(file.sha256, file.md5) IS NOT NULL
            THEN file.first_seen >= $since END AS fresh_unknown,
       child.path STARTS WITH '\\\\' AS lan_shared,
       CASE WHEN operation = 'load' THEN null ELSE child.id END AS process_id, parent.id AS parent_id,
       u.id AS user_id, CASE WHEN operation <> 'kill' THEN r.evidence END AS event_ids
ORDER BY date_time, place, parent_id, user_id
