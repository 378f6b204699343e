// entity/execution_tree
// The ancestors of processes, the processes themselves and all they made, generation by generation, at most 15 either way.
// A process id used again, or a circle, can't make it endless: no relationship is followed twice on a way.
// mode: read
// params: processes: list[str], up: int = 15, down: int = 15, since: datetime?, until: datetime?,
//    limit: int = 10000
// returns: date_time: datetime, muid: str, logged_user: str, child_filename: str, child_md5: str, child_pid: int,
//    parent_filename: str, parent_md5: str, parent_pid: int, command_line: str, remote_ip: str,
//    operation: str, child_path: str,
//    depth: int, process_id: str, parent_id: str, user_id: str, event_ids: list[str]
// example: {"processes": ["process-1"]}
CALL {
  UNWIND $processes AS id
  MATCH (p:Process {id: id})
  RETURN p, 0 AS depth
  UNION ALL
  UNWIND $processes AS id
  MATCH way = (:Process {id: id})<-[:SPAWNED*1..15]-(p:Process)
  WHERE length(way) <= $up
  RETURN p, -length(way) AS depth
  UNION ALL
  UNWIND $processes AS id
  MATCH way = (:Process {id: id})-[:SPAWNED*1..15]->(p:Process)
  WHERE length(way) <= $down
  RETURN p, length(way) AS depth
}
WITH p, depth ORDER BY abs(depth), depth
WITH p, collect(depth)[0] AS depth
WHERE ($since IS NULL OR coalesce(p.end, p.last_seen) >= $since) AND ($until IS NULL OR p.first_seen < $until)
WITH p, depth ORDER BY abs(depth), depth, p.first_seen, p.id LIMIT $limit
WITH p.machine_id AS machine, collect([p, depth]) AS held
CALL (machine, held) {
  UNWIND held AS one
  RETURN one[0].logon_session_id AS logon, one, null AS entry
  UNION ALL
  MATCH (:Machine {id: coalesce(machine, '')})<-[entry:REMOTE_LOGON]-()
  WHERE entry.logon_session_id IS NOT NULL
  RETURN entry.logon_session_id AS logon, null AS one, entry
}
WITH machine, logon, collect(one) AS held, min(entry.source_ip) AS remote_ip
UNWIND held AS one
WITH one[0] AS p, one[1] AS depth, remote_ip
OPTIONAL MATCH (u:User)-[:EXECUTED]->(p)
OPTIONAL MATCH (parent:Process)-[:SPAWNED]->(p)
OPTIONAL MATCH (:Machine)-[r:RAN]->(p)
WITH p, depth, remote_ip, u, parent, r ORDER BY u.id, parent.start DESC, parent.id, r.id
WITH p, depth, remote_ip, head(collect([u, parent, r])) AS first
WITH p, depth, remote_ip, first[0] AS u, first[1] AS parent, first[2] AS r
RETURN coalesce(p.start, p.first_seen) AS date_time, p.machine_id AS muid, CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END AS logged_user,
       p.name AS child_filename, p.md5 AS child_md5, p.pid AS child_pid, parent.name AS parent_filename,
       parent.md5 AS parent_md5, parent.pid AS parent_pid, p.command_line AS command_line, remote_ip, 'create' AS operation,
       p.path AS child_path, depth, p.id AS process_id, parent.id AS parent_id, u.id AS user_id,
       r.evidence AS event_ids
ORDER BY depth, date_time, process_id
