// entity/remote_logons
// Logons from one machine or address to a machine, earliest first.
// Of accounts; to or from machines; from addresses; those that opened the session of processes (of programs, or that
// looked up a name); those that processes made; and those of an alert's account on its machine at its time.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [], clients: list[str] = [],
//    incoming: bool = true, outgoing: bool = true, muids: list[str]?, accounts: list[str]?, since: datetime?, until: datetime?,
//    limit: int = 1000000000
// returns: date_time: datetime, end: datetime, source: str, muid: str, logged_user: str, logon_id: str,
//    logon_session_id: str, logon_type: int, technique: str, source_ip: str, source_port: int, confidence: str, user_id: str,
//    event_ids: list[str]
// example: {"users": ["user-1"], "machines": ["machine-2"]}
CALL {
  // part: anchors
  UNWIND $users AS id
  MATCH (:User {id: id})-[:LOGGED_ON]->(m:Machine)
  WITH DISTINCT id, m
  MATCH (m)<-[r:REMOTE_LOGON]-(a)
  WHERE r.user_id = id
  RETURN a, r, m
  UNION ALL
  UNWIND $machines AS id
  MATCH (m:Machine {id: id})<-[r:REMOTE_LOGON]-(a)
  WHERE $incoming
  RETURN a, r, m
  UNION ALL
  UNWIND $machines AS id
  MATCH (a:Machine {id: id})-[r:REMOTE_LOGON]->(m:Machine)
  WHERE $outgoing
  RETURN a, r, m
  UNION ALL
  UNWIND $addresses AS id
  MATCH (a:IP {id: id})-[r:REMOTE_LOGON]->(m:Machine)
  RETURN a, r, m
  UNION ALL
  UNWIND $addresses AS id
  MATCH (:IP {id: id})<-[:HAD_IP]-(a:Machine)-[r:REMOTE_LOGON]->(m:Machine)
  WHERE r.source_ip = id
  RETURN a, r, m
  UNION ALL
  UNWIND $processes AS id
  MATCH (p:Process {id: id})<-[:RAN]-(m:Machine)
  MATCH (m)<-[r:REMOTE_LOGON]-(a)
  WHERE r.logon_session_id = p.logon_session_id
  RETURN a, r, m
  UNION ALL
  UNWIND $processes AS id
  MATCH (p:Process {id: id})<-[:RAN]-(a:Machine)
  MATCH (a)-[r:REMOTE_LOGON]->(m:Machine)
  WHERE r.origin_process_id = p.id
  RETURN a, r, m
  UNION ALL
  UNWIND $files AS id
  MATCH (:File {id: id})<-[:IMAGE]-(p:Process)<-[:RAN]-(m:Machine)
  MATCH (m)<-[r:REMOTE_LOGON]-(a)
  WHERE r.logon_session_id = p.logon_session_id
  RETURN a, r, m
  UNION ALL
  UNWIND $files AS id
  MATCH (:File {id: id})<-[:IMAGE]-(p:Process)<-[:RAN]-(a:Machine)
  MATCH (a)-[r:REMOTE_LOGON]->(m:Machine)
  WHERE r.origin_process_id = p.id
  RETURN a, r, m
  UNION ALL
  UNWIND $domains AS id
  MATCH (:Domain {id: id})<-[:QUERIED]-(p:Process)<-[:RAN]-(m:Machine)
  MATCH (m)<-[r:REMOTE_LOGON]-(a)
  WHERE r.logon_session_id = p.logon_session_id
  RETURN a, r, m
  UNION ALL
  UNWIND $alerts AS id
  MATCH (alert:Alert {id: id})-[:FLAGGED]->(m:Machine)
  MATCH (alert)-[:FLAGGED]->(u:User)
  MATCH (m)<-[r:REMOTE_LOGON]-(a)
  WHERE r.user_id = u.id AND r.start <= alert.last_seen AND r.end >= alert.first_seen
  RETURN a, r, m
  // end of part: anchors
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)<-[r:REMOTE_LOGON]-(a)
  WHERE m.client_id = id
  RETURN a, r, m
}
WITH DISTINCT a, r, m
WHERE
  // part: limits
  ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($muids IS NULL OR m.id IN $muids) AND ($accounts IS NULL OR r.user_id IN $accounts)
  // end of part: limits
RETURN r.start AS date_time, r.end AS end, a.id AS source, m.id AS muid, r.user_name AS logged_user,
       r.logon_id AS logon_id, r.logon_session_id AS logon_session_id, r.logon_type AS logon_type, r.technique AS technique, r.source_ip AS source_ip,
       r.source_port AS source_port, r.confidence AS confidence, r.user_id AS user_id, r.evidence AS event_ids
ORDER BY date_time, r.id
LIMIT $limit
