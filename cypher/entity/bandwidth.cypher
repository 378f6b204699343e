// entity/bandwidth
// Bytes that processes sent and received, per day (UTC) on which a connection was first seen.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, programs: list[str]?,
//    since: datetime?, until: datetime?
// returns: day: int, bytes_out: int, bytes_in: int
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"]}
CALL {
  UNWIND $users AS id
  MATCH (:User {id: id})-[:EXECUTED]->(p:Process)-[c:CONNECTED]->(:IP)
  RETURN p, c
  UNION ALL
  UNWIND $machines AS id
  MATCH (:Machine {id: id})-[:RAN]->(p:Process)-[c:CONNECTED]->(:IP)
  RETURN p, c
  UNION ALL
  UNWIND $processes AS id
  MATCH (p:Process {id: id})-[c:CONNECTED]->(:IP)
  RETURN p, c
  UNION ALL
  UNWIND $files AS id
  MATCH (:File {id: id})<-[:IMAGE]-(p:Process)-[c:CONNECTED]->(:IP)
  RETURN p, c
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)-[:RAN]->(p:Process)-[c:CONNECTED]->(:IP)
  WHERE m.client_id = id
  RETURN p, c
}
WITH p, c
WHERE (c.bytes_out IS NOT NULL OR c.bytes_in IS NOT NULL)
  AND ($since IS NULL OR c.start >= $since) AND ($until IS NULL OR c.start < $until)
  AND ($muids IS NULL OR p.machine_id IN $muids)
  AND ($programs IS NULL OR p.name IN $programs OR toLower(p.path) IN $programs OR toLower(p.md5) IN $programs
       OR toLower(p.sha256) IN $programs)
RETURN c.start / 86400000000 AS day, sum(coalesce(c.bytes_out, 0)) AS bytes_out,
       sum(coalesce(c.bytes_in, 0)) AS bytes_in
ORDER BY day
