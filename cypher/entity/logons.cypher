// entity/logons
// Logon sessions of accounts or on machines, earliest first.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], clients: list[str] = [], muids: list[str]?,
//    since: datetime?, until: datetime?, limit: int = 1000000000
// returns: date_time: datetime, end: datetime, muid: str, logged_user: str, logon_id: str, logon_type: int,
//    auth_package: str, source_ip: str, source_machine: str, technique: str, user_id: str, event_ids: list[str]
// example: {"users": ["user-1"], "machines": ["machine-3"]}
CALL {
  UNWIND $users AS id
  MATCH (u:User {id: id})-[l:LOGGED_ON]->(m:Machine)
  RETURN u, l, m
  UNION ALL
  UNWIND $machines AS id
  MATCH (u:User)-[l:LOGGED_ON]->(m:Machine {id: id})
  RETURN u, l, m
  UNION ALL
  UNWIND $clients AS id
  MATCH (u:User)-[l:LOGGED_ON]->(m:Machine)
  WHERE m.client_id = id
  RETURN u, l, m
}
WITH u, l, m
WHERE ($since IS NULL OR l.end >= $since) AND ($until IS NULL OR l.start < $until)
  AND ($muids IS NULL OR m.id IN $muids)
RETURN l.start AS date_time, l.end AS end, m.id AS muid, CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END AS logged_user,
       l.logon_id AS logon_id, l.logon_type AS logon_type, l.auth_package AS auth_package, l.source_ip AS source_ip,
       l.source_machine_id AS source_machine, l.technique AS technique, u.id AS user_id, l.evidence AS event_ids
ORDER BY date_time, l.id
LIMIT $limit
