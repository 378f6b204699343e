// analytics/edges_injected_into
// Which processes started threads in which, and how often, for graph measures.
// mode: read
// params: since: datetime?, until: datetime?, machine: str?, limit: int = 500000
// returns: source: str, source_label: str, target: str, target_label: str, weight: int
// example: {}
MATCH (a:Process)-[r:INJECTED_INTO]->(b:Process)
WHERE ($since IS NULL OR r.start >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($machine IS NULL OR b.machine_id = $machine)
RETURN a.id AS source, 'Process' AS source_label, b.id AS target, 'Process' AS target_label, count(*) AS weight
LIMIT $limit
