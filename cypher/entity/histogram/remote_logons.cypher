// entity/histogram/remote_logons
// How many rows `entity/remote_logons` has per value of a column (`by`), per span of time (`bucket`, microseconds), or both.
// `by` is any column but lists.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [], clients: list[str] = [],
//    incoming: bool = true, outgoing: bool = true, muids: list[str]?, accounts: list[str]?,
//    since: datetime?, until: datetime?,
//    by: str?, bucket: int?
// returns: at: datetime, value: any, rows: int
// example: {"users": ["user-1"], "by": "Muid", "bucket": 60000000}
CALL {
  CALL {
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
    WHERE r.logon_id = p.logon_id
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
    WHERE r.logon_id = p.logon_id
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
    WHERE r.logon_id = p.logon_id
    RETURN a, r, m
    UNION ALL
    UNWIND $alerts AS id
    MATCH (alert:Alert {id: id})-[:FLAGGED]->(m:Machine)
    MATCH (alert)-[:FLAGGED]->(u:User)
    MATCH (m)<-[r:REMOTE_LOGON]-(a)
    WHERE r.user_id = u.id AND r.start <= alert.last_seen AND r.end >= alert.first_seen
    RETURN a, r, m
  }
  WITH DISTINCT a, r, m
  WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
    AND ($muids IS NULL OR m.id IN $muids) AND ($accounts IS NULL OR r.user_id IN $accounts)
  WITH CASE $by WHEN 'Muid' THEN m.id WHEN 'Source' THEN a.id WHEN 'LoggedUser' THEN r.user_name
            WHEN 'UserId' THEN r.user_id WHEN 'LogonType' THEN r.logon_type WHEN 'Technique' THEN r.technique
            WHEN 'SourceIp' THEN r.source_ip WHEN 'SourcePort' THEN r.source_port
            WHEN 'Confidence' THEN r.confidence WHEN 'LogonId' THEN r.logon_id WHEN 'DateTime' THEN r.start
            WHEN 'End' THEN r.end END AS value,
       r.start / $bucket AS at
  RETURN at, value, count(*) AS rows
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)<-[r:REMOTE_LOGON]-(a)
  WHERE m.client_id = id AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
    AND ($muids IS NULL OR m.id IN $muids) AND ($accounts IS NULL OR r.user_id IN $accounts)
  WITH CASE $by WHEN 'Muid' THEN m.id WHEN 'Source' THEN a.id WHEN 'LoggedUser' THEN r.user_name
            WHEN 'UserId' THEN r.user_id WHEN 'LogonType' THEN r.logon_type WHEN 'Technique' THEN r.technique
            WHEN 'SourceIp' THEN r.source_ip WHEN 'SourcePort' THEN r.source_port
            WHEN 'Confidence' THEN r.confidence WHEN 'LogonId' THEN r.logon_id WHEN 'DateTime' THEN r.start
            WHEN 'End' THEN r.end END AS value,
       r.start / $bucket AS at
  RETURN at, value, count(*) AS rows
}
WITH at * $bucket AS at, value, sum(rows) AS rows
RETURN at, value, rows
ORDER BY at, rows DESC, value
