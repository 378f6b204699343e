// analytics/extract_processes
// Processes that started in a span of time, with their parents, for analytics.
// mode: read
// params: since: datetime?, until: datetime?, machine: str?, limit: int = 500000
// returns: id: str, parent_id: str, parent_name: str, machine_id: str, user_id: str, name: str, path: str,
//   command_line: str, pid: int, logon_id: str, integrity: str, company: str, start: datetime, end: datetime, stub: bool
// example: {"machine": "machine-1"}
MATCH (n:Process)
WHERE ($since IS NULL OR n.start >= $since) AND ($until IS NULL OR n.start < $until)
  AND ($machine IS NULL OR n.machine_id = $machine)
OPTIONAL MATCH (p:Process)-[:SPAWNED]->(n)
RETURN n.id AS id, p.id AS parent_id, p.name AS parent_name, n.machine_id AS machine_id, n.user_id AS user_id,
       n.name AS name, n.path AS path, n.command_line AS command_line, n.pid AS pid, n.logon_id AS logon_id,
       n.integrity AS integrity, n.company AS company, n.start AS start, n.end AS end, n.stub AS stub
LIMIT $limit
