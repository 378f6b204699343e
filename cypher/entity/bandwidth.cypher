// entity/bandwidth
// Bytes sent and received per day (UTC), from connection records and network flows.
// Machines and tenants: all flows of addresses they had, and connections with bytes that no flow covers. Accounts,
// processes and programs: connections with bytes; of those without, the flow that no other process can have made.
// `skew` is how far the clocks of a sensor and a machine may differ, in microseconds.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?, programs: list[str]?,
//    since: datetime?, until: datetime?, skew: int = 60000000
// returns: day: int, bytes_out: int, bytes_in: int
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"]}
CALL {
  UNWIND $users AS id
  MATCH (:User {id: id})-[:EXECUTED]->(p:Process)-[c:CONNECTED]->(i:IP)
  RETURN p, c, i, null AS flow, false AS whole, true AS sent
  UNION ALL
  UNWIND $machines AS id
  MATCH (:Machine {id: id})-[:RAN]->(p:Process)-[c:CONNECTED]->(i:IP)
  RETURN p, c, i, null AS flow, $programs IS NULL AND $accounts IS NULL AS whole, true AS sent
  UNION ALL
  UNWIND $processes AS id
  MATCH (p:Process {id: id})-[c:CONNECTED]->(i:IP)
  RETURN p, c, i, null AS flow, false AS whole, true AS sent
  UNION ALL
  UNWIND $files AS id
  MATCH (:File {id: id})<-[:IMAGE]-(p:Process)-[c:CONNECTED]->(i:IP)
  RETURN p, c, i, null AS flow, false AS whole, true AS sent
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)-[:RAN]->(p:Process)-[c:CONNECTED]->(i:IP)
  WHERE m.client_id = id
  RETURN p, c, i, null AS flow, $programs IS NULL AND $accounts IS NULL AS whole, true AS sent
  UNION ALL
  UNWIND $machines AS id
  MATCH (m:Machine {id: id})-[h:HAD_IP]->(own:IP)-[flow:FLOWED_TO]-(:IP)
  WHERE $programs IS NULL AND $accounts IS NULL AND flow.start <= h.end + $skew AND flow.end >= h.start - $skew
    AND ($muids IS NULL OR m.id IN $muids)
  RETURN DISTINCT null AS p, null AS c, null AS i, flow, true AS whole, startNode(flow) = own AS sent
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)-[h:HAD_IP]->(own:IP)-[flow:FLOWED_TO]-(:IP)
  WHERE m.client_id = id AND $programs IS NULL AND $accounts IS NULL
    AND flow.start <= h.end + $skew AND flow.end >= h.start - $skew AND ($muids IS NULL OR m.id IN $muids)
  RETURN DISTINCT null AS p, null AS c, null AS i, flow, true AS whole, startNode(flow) = own AS sent
}
WITH p, c, i, flow, whole, sent, c.bytes_out IS NOT NULL OR c.bytes_in IS NOT NULL AS told
WHERE flow IS NOT NULL
   OR ((told OR NOT whole) AND ($muids IS NULL OR p.machine_id IN $muids)
       AND ($accounts IS NULL OR p.user_id IN $accounts)
       AND ($programs IS NULL OR p.name IN $programs OR toLower(p.path) IN $programs OR toLower(p.md5) IN $programs
            OR toLower(p.sha256) IN $programs))
OPTIONAL MATCH (own:IP {id: c.local_ip})-[f:FLOWED_TO]-(i)
WHERE told = whole AND f.protocol = c.protocol AND f.start <= c.end + $skew AND f.end >= c.start - $skew
  AND ((c.direction = 'outgoing' AND startNode(f) = own AND f.remote_port = c.remote_port)
       OR (c.direction = 'incoming' AND startNode(f) = i AND f.remote_port = c.local_port))
  AND (whole OR NOT EXISTS {
    MATCH (other:Process)-[d:CONNECTED]->(i)
    WHERE other.id <> p.id AND d.local_ip = c.local_ip AND d.protocol = c.protocol AND d.direction = c.direction
      AND (d.remote_port = c.remote_port OR (c.direction = 'incoming' AND d.local_port = c.local_port))
      AND d.start <= f.end + $skew AND d.end >= f.start - $skew
  })
WITH flow, whole, told, c, sent, f
WITH CASE WHEN flow IS NOT NULL THEN flow WHEN NOT told THEN f WHEN f IS NULL THEN c END AS part,
     CASE WHEN flow IS NOT NULL THEN sent WHEN NOT told THEN c.direction = 'outgoing' ELSE true END AS sent
WHERE part IS NOT NULL
WITH DISTINCT part, sent
WHERE ($since IS NULL OR part.start >= $since) AND ($until IS NULL OR part.start < $until)
  AND (part.bytes_out IS NOT NULL OR part.bytes_in IS NOT NULL)
RETURN part.start / 86400000000 AS day,
       sum(coalesce(CASE WHEN sent THEN part.bytes_out ELSE part.bytes_in END, 0)) AS bytes_out,
       sum(coalesce(CASE WHEN sent THEN part.bytes_in ELSE part.bytes_out END, 0)) AS bytes_in
ORDER BY day
