// analytics/edges_logged_on
// Which accounts logged on to which machines, and how often, for graph measures.
// mode: read
// params: since: datetime?, until: datetime?, machine: str?, limit: int = 500000
// returns: source: str, source_label: str, target: str, target_label: str, weight: int
// example: {}
MATCH (a:User)-[r:LOGGED_ON]->(b:Machine)
WHERE ($since IS NULL OR r.start >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($machine IS NULL OR b.id = $machine)
RETURN a.id AS source, 'User' AS source_label, b.id AS target, 'Machine' AS target_label, count(*) AS weight
LIMIT $limit
