// analytics/edges_remote_logon
// From where to which machines there were remote logons, and how many, for graph measures.
// mode: read
// params: since: datetime?, until: datetime?, machine: str?, limit: int = 500000
// returns: source: str, source_label: str, target: str, target_label: str, weight: int
// example: {}
MATCH (a)-[r:REMOTE_LOGON]->(b:Machine)
WHERE ($since IS NULL OR r.start >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($machine IS NULL OR a.id = $machine OR b.id = $machine)
RETURN a.id AS source, CASE WHEN a:Machine THEN 'Machine' ELSE 'IP' END AS source_label,
       b.id AS target, 'Machine' AS target_label, count(*) AS weight
LIMIT $limit
