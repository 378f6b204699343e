// entity/logons
// Logon sessions around entities, earliest first.
// Of accounts; on machines; those that processes (of programs, or that looked up a name) ran in; those opened from
// addresses; and those of an alert's account on its machine at its time.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [],
//    files: list[str] = [], addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?,
//    since: datetime?, until: datetime?, limit: int = 1000000000
// returns: date_time: datetime, end: datetime, muid: str, logged_user: str, logon_id: str,
//    logon_session_id: str, logon_type: int, auth_package: str, source_ip: str, source_machine: str,
//    technique: str, user_id: str, event_ids: list[str]
// example: {"users": ["user-1"], "machines": ["machine-3"]}
CALL {
  // part: anchors
  UNWIND $users AS id
  MATCH (u:User {id: id})-[l:LOGGED_ON]->(m:Machine)
  RETURN u, l, m
  UNION
  UNWIND $machines AS id
  MATCH (m:Machine {id: id})<-[l:LOGGED_ON]-(u:User)
  RETURN u, l, m
  UNION
  UNWIND $processes AS id
  MATCH (p:Process {id: id})<-[:RAN]-(m:Machine)
  MATCH (m)<-[l:LOGGED_ON]-(u:User)
  WHERE l.logon_session_id = p.logon_session_id
  RETURN u, l, m
  UNION
  UNWIND $files AS id
  MATCH (:File {id: id})<-[:IMAGE]-(p:Process)<-[:RAN]-(m:Machine)
  MATCH (m)<-[l:LOGGED_ON]-(u:User)
  WHERE l.logon_session_id = p.logon_session_id
  RETURN u, l, m
  UNION
  UNWIND $domains AS id
  MATCH (:Domain {id: id})<-[:QUERIED]-(p:Process)<-[:RAN]-(m:Machine)
  MATCH (m)<-[l:LOGGED_ON]-(u:User)
  WHERE l.logon_session_id = p.logon_session_id
  RETURN u, l, m
  UNION
  UNWIND $addresses AS id
  MATCH (:IP {id: id})-[r:REMOTE_LOGON]->(m:Machine)<-[l:LOGGED_ON]-(u:User)
  WHERE l.logon_session_id = r.logon_session_id
  RETURN u, l, m
  UNION
  UNWIND $addresses AS id
  MATCH (:IP {id: id})<-[:HAD_IP]-(:Machine)-[r:REMOTE_LOGON]->(m:Machine)<-[l:LOGGED_ON]-(u:User)
  WHERE r.source_ip = id AND l.logon_session_id = r.logon_session_id
  RETURN u, l, m
  UNION
  UNWIND $alerts AS id
  MATCH (a:Alert {id: id})-[:FLAGGED]->(u:User)-[l:LOGGED_ON]->(m:Machine)<-[:FLAGGED]-(a)
  WHERE l.start <= a.last_seen AND l.end >= a.first_seen
  RETURN u, l, m
  // end of part: anchors
  UNION
  UNWIND $clients AS id
  MATCH (m:Machine)<-[l:LOGGED_ON]-(u:User)
  WHERE m.client_id = id
  RETURN u, l, m
}
WITH u, l, m
WHERE
  // part: limits
  ($since IS NULL OR l.end >= $since) AND ($until IS NULL OR l.start < $until)
  AND ($muids IS NULL OR m.id IN $muids) AND ($accounts IS NULL OR u.id IN $accounts)
  // end of part: limits
RETURN l.start AS date_time, l.end AS end, m.id AS muid, CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END AS logged_user,
       l.logon_id AS logon_id, l.logon_session_id AS logon_session_id, l.logon_type AS logon_type, l.auth_package AS auth_package, l.source_ip AS source_ip,
       l.source_machine_id AS source_machine, l.technique AS technique, u.id AS user_id, l.evidence AS event_ids
ORDER BY date_time, l.id
LIMIT $limit
