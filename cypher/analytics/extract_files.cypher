// analytics/extract_files
// Files with a hash seen in a span of time, for analytics.
// mode: read
// params: since: datetime?, until: datetime?, limit: int = 500000
// returns: id: str, md5: str, sha1: str, sha256: str
// example: {}
MATCH (n:File)
WHERE ($since IS NULL OR n.last_seen >= $since) AND ($until IS NULL OR n.first_seen < $until)
  AND (n.md5 IS NOT NULL OR n.sha1 IS NOT NULL OR n.sha256 IS NOT NULL)
RETURN n.id AS id, n.md5 AS md5, n.sha1 AS sha1, n.sha256 AS sha256
LIMIT $limit
