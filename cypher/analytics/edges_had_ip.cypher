// analytics/edges_had_ip
// Which machines had which addresses, for graph measures.
// mode: read
// params: since: datetime?, until: datetime?, machine: str?, limit: int = 500000
// returns: source: str, source_label: str, target: str, target_label: str, weight: int
// example: {}
MATCH (a:Machine)-[r:HAD_IP]->(b:IP)
WHERE ($since IS NULL OR r.start >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($machine IS NULL OR a.id = $machine)
RETURN a.id AS source, 'Machine' AS source_label, b.id AS target, 'IP' AS target_label, count(*) AS weight
LIMIT $limit
