// analytics/extract_remote_logons
// Remote logons between machines in a span of time, for analytics.
// mode: read
// params: since: datetime?, until: datetime?, machine: str?, limit: int = 500000
// returns: source: str, target: str, user_id: str, start: datetime
// example: {}
MATCH (a:Machine)-[r:REMOTE_LOGON]->(b:Machine)
WHERE ($since IS NULL OR r.start >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($machine IS NULL OR a.id = $machine OR b.id = $machine)
RETURN a.id AS source, b.id AS target, r.user_id AS user_id, r.start AS start
LIMIT $limit
