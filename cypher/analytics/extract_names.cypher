// analytics/extract_names
// DNS names seen in a span of time, for analytics.
// mode: read
// params: since: datetime?, until: datetime?, limit: int = 500000
// returns: id: str, value: str
// example: {}
MATCH (n:Domain)
WHERE ($since IS NULL OR n.last_seen >= $since) AND ($until IS NULL OR n.first_seen < $until)
RETURN n.id AS id, n.name AS value
LIMIT $limit
