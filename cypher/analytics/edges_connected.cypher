// analytics/edges_connected
// Which processes talked to which addresses, and over how many relationships, for graph measures.
// mode: read
// params: since: datetime?, until: datetime?, machine: str?, limit: int = 500000
// returns: source: str, source_label: str, target: str, target_label: str, weight: int
// example: {}
MATCH (a:Process)-[r:CONNECTED]->(b:IP)
WHERE ($since IS NULL OR r.start >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($machine IS NULL OR a.machine_id = $machine)
RETURN a.id AS source, 'Process' AS source_label, b.id AS target, 'IP' AS target_label, count(*) AS weight
LIMIT $limit
