// analytics/extract_failures
// Failed logons in a span of time, for analytics.
// mode: read
// params: since: datetime?, until: datetime?, machine: str?, limit: int = 500000
// returns: user_id: str, machine_id: str, source: str, count: int, start: datetime
// example: {}
MATCH (u:User)-[r:FAILED_LOGON]->(m:Machine)
WHERE ($since IS NULL OR r.start >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($machine IS NULL OR m.id = $machine)
RETURN u.id AS user_id, m.id AS machine_id, coalesce(r.source_machine_id, r.source_ip) AS source,
       coalesce(r.count, 1) AS count, r.start AS start
LIMIT $limit
