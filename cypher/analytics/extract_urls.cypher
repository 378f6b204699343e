// analytics/extract_urls
// URLs seen in a span of time, for analytics.
// mode: read
// params: since: datetime?, until: datetime?, limit: int = 500000
// returns: id: str, value: str
// example: {}
MATCH (n:URL)
WHERE ($since IS NULL OR n.last_seen >= $since) AND ($until IS NULL OR n.first_seen < $until)
RETURN n.id AS id, n.name AS value
LIMIT $limit
