// entity/histogram/logons
// How many rows `entity/logons` has per value of a column (`by`), per span of time (`bucket`, microseconds), or both.
// `by` is any column but lists.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [], clients: list[str] = [],
//    muids: list[str]?, accounts: list[str]?, since: datetime?, until: datetime?,
//    by: str?, bucket: int?
// returns: at: datetime, value: any, rows: int
// example: {"users": ["user-1"], "by": "Muid", "bucket": 60000000}
CALL {
  CALL {
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
    WHERE l.logon_id = p.logon_id
    RETURN u, l, m
    UNION
    UNWIND $files AS id
    MATCH (:File {id: id})<-[:IMAGE]-(p:Process)<-[:RAN]-(m:Machine)
    MATCH (m)<-[l:LOGGED_ON]-(u:User)
    WHERE l.logon_id = p.logon_id
    RETURN u, l, m
    UNION
    UNWIND $domains AS id
    MATCH (:Domain {id: id})<-[:QUERIED]-(p:Process)<-[:RAN]-(m:Machine)
    MATCH (m)<-[l:LOGGED_ON]-(u:User)
    WHERE l.logon_id = p.logon_id
    RETURN u, l, m
    UNION
    UNWIND $addresses AS id
    MATCH (:IP {id: id})-[r:REMOTE_LOGON]->(m:Machine)<-[l:LOGGED_ON]-(u:User)
    WHERE l.id = r.session_id
    RETURN u, l, m
    UNION
    UNWIND $addresses AS id
    MATCH (:IP {id: id})<-[:HAD_IP]-(:Machine)-[r:REMOTE_LOGON]->(m:Machine)<-[l:LOGGED_ON]-(u:User)
    WHERE r.source_ip = id AND l.id = r.session_id
    RETURN u, l, m
    UNION
    UNWIND $alerts AS id
    MATCH (a:Alert {id: id})-[:FLAGGED]->(u:User)-[l:LOGGED_ON]->(m:Machine)<-[:FLAGGED]-(a)
    WHERE l.start <= a.last_seen AND l.end >= a.first_seen
    RETURN u, l, m
  }
  WITH u, l, m
  WHERE ($since IS NULL OR l.end >= $since) AND ($until IS NULL OR l.start < $until)
    AND ($muids IS NULL OR m.id IN $muids) AND ($accounts IS NULL OR u.id IN $accounts)
  WITH CASE $by WHEN 'Muid' THEN m.id
            WHEN 'LoggedUser' THEN CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END
            WHEN 'UserId' THEN u.id WHEN 'LogonType' THEN l.logon_type WHEN 'AuthPackage' THEN l.auth_package
            WHEN 'SourceIp' THEN l.source_ip WHEN 'SourceMachine' THEN l.source_machine_id
            WHEN 'Technique' THEN l.technique WHEN 'LogonId' THEN l.logon_id WHEN 'DateTime' THEN l.start
            WHEN 'End' THEN l.end END AS value,
       l.start / $bucket AS at
  RETURN at, value, count(*) AS rows
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)<-[l:LOGGED_ON]-(u)
  WHERE m.client_id = id AND ($since IS NULL OR l.end >= $since) AND ($until IS NULL OR l.start < $until)
    AND ($muids IS NULL OR m.id IN $muids) AND ($accounts IS NULL OR u.id IN $accounts)
  WITH CASE $by WHEN 'Muid' THEN m.id
            WHEN 'LoggedUser' THEN CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END
            WHEN 'UserId' THEN u.id WHEN 'LogonType' THEN l.logon_type WHEN 'AuthPackage' THEN l.auth_package
            WHEN 'SourceIp' THEN l.source_ip WHEN 'SourceMachine' THEN l.source_machine_id
            WHEN 'Technique' THEN l.technique WHEN 'LogonId' THEN l.logon_id WHEN 'DateTime' THEN l.start
            WHEN 'End' THEN l.end END AS value,
       l.start / $bucket AS at
  RETURN at, value, count(*) AS rows
}
WITH at * $bucket AS at, value, sum(rows) AS rows
RETURN at, value, rows
ORDER BY at, rows DESC, value
