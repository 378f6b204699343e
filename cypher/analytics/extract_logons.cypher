// analytics/extract_logons
// Logon sessions that began in a span of time, for analytics.
// mode: read
// params: since: datetime?, until: datetime?, machine: str?, limit: int = 500000
// returns: id: str, user_id: str, user_kind: str, machine_id: str, source: str, logon_type: int, auth_package: str,
//   logon_id: str, start: datetime, end: datetime
// example: {}
MATCH (u:User)-[r:LOGGED_ON]->(m:Machine)
WHERE ($since IS NULL OR r.start >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($machine IS NULL OR m.id = $machine)
RETURN r.id AS id, u.id AS user_id, u.kind AS user_kind, m.id AS machine_id,
       coalesce(r.source_machine_id, r.source_ip) AS source, r.logon_type AS logon_type,
       r.auth_package AS auth_package, r.logon_id AS logon_id, r.start AS start, r.end AS end
LIMIT $limit
