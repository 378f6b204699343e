// analytics/extract_connections
// Connections of processes in a span of time, for analytics.
// mode: read
// params: since: datetime?, until: datetime?, machine: str?, limit: int = 500000
// returns: id: str, process_id: str, machine_id: str, user_id: str, address: str, remote_port: int,
//   direction: str, bytes_out: int, count: int, start: datetime, end: datetime
// example: {}
MATCH (p:Process)-[r:CONNECTED]->(i:IP)
WHERE ($since IS NULL OR r.start >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($machine IS NULL OR p.machine_id = $machine)
RETURN r.id AS id, p.id AS process_id, p.machine_id AS machine_id, p.user_id AS user_id, i.id AS address,
       r.remote_port AS remote_port, r.direction AS direction, r.bytes_out AS bytes_out,
       coalesce(r.count, 1) AS count, r.start AS start, r.end AS end
LIMIT $limit
