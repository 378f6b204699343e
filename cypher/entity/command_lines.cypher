// entity/command_lines
// Command lines of the executions of the same programs on the same machines as the given processes, most used first.
// mode: read
// params: processes: list[str], since: datetime?, until: datetime?, limit: int = 1000000000
// returns: command_line: str, executions: int, first_seen: datetime, last_seen: datetime
// example: {"processes": ["process-1"]}
UNWIND $processes AS id
MATCH (given:Process {id: id})<-[:RAN]-(machine:Machine)
WITH machine, given.name AS name
MATCH (machine)-[:RAN]->(p:Process)
WHERE p.name = name AND p.command_line IS NOT NULL AND p.stub = false
  AND ($since IS NULL OR p.start >= $since) AND ($until IS NULL OR p.start < $until)
WITH DISTINCT p
RETURN p.command_line AS command_line, count(p) AS executions, min(p.start) AS first_seen, max(p.start) AS last_seen
ORDER BY executions DESC, command_line
LIMIT $limit
