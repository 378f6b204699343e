// entity/bandwidth
// Bytes sent and received per day (UTC), from connection records and network flows.
// Machines and tenants: all flows of addresses they had, and connections with bytes that no such flow covers. Accounts,
// processes and programs: connections with bytes; of those without, the flow that no other process can have made.
// A connection and a flow are joined by both addresses, protocol, direction, service port and time; any process of a
// machine that had the address can have made a flow. `skew` is how far the clocks of a sensor and a machine may differ,
// in microseconds.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?, programs: list[str]?,
//    since: datetime?, until: datetime?, skew: int = 60000000
// returns: day: int, bytes_out: int, bytes_in: int
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"]}
CALL {
  CALL {
    UNWIND $machines AS id
    MATCH (m:Machine {id: id})
    RETURN m
    UNION
    UNWIND $clients AS id
    MATCH (m:Machine)
    WHERE m.client_id = id
    RETURN m
  }
  WITH m
  WHERE $programs IS NULL AND $accounts IS NULL AND ($muids IS NULL OR m.id IN $muids)
  CALL (m) {
    MATCH (m)-[h:HAD_IP]->(own:IP)-[f:FLOWED_TO]-(i:IP)
    WHERE f.start <= h.end + $skew AND f.end >= h.start - $skew
    RETURN own.id AS own, i.id AS other, f.protocol AS protocol, f.remote_port AS port,
           CASE WHEN startNode(f) = own THEN 'outgoing' ELSE 'incoming' END AS direction, f, null AS c
    UNION ALL
    MATCH (m)-[:RAN]->(:Process)-[c:CONNECTED]->(i:IP)
    WHERE c.bytes_out IS NOT NULL OR c.bytes_in IS NOT NULL
    RETURN c.local_ip AS own, i.id AS other, c.protocol AS protocol,
           CASE WHEN c.direction = 'incoming' THEN c.local_port ELSE c.remote_port END AS port,
           c.direction AS direction, null AS f, c
  }
  WITH own, other, protocol, port, direction, collect(DISTINCT f) AS flows, collect(DISTINCT c) AS talks
  UNWIND flows + [c IN talks WHERE none(f IN flows WHERE f.start <= c.end + $skew AND f.end >= c.start - $skew)] AS part
  RETURN part, direction = 'outgoing' OR type(part) = 'CONNECTED' AS sent
  UNION
  CALL {
    UNWIND $users AS id
    MATCH (:User {id: id})-[:EXECUTED]->(p:Process)-[c:CONNECTED]->(i:IP)
    RETURN p, c, i
    UNION ALL
    UNWIND $machines AS id
    MATCH (:Machine {id: id})-[:RAN]->(p:Process)-[c:CONNECTED]->(i:IP)
    WHERE $programs IS NOT NULL OR $accounts IS NOT NULL
    RETURN p, c, i
    UNION ALL
    UNWIND $processes AS id
    MATCH (p:Process {id: id})-[c:CONNECTED]->(i:IP)
    RETURN p, c, i
    UNION ALL
    UNWIND $files AS id
    MATCH (:File {id: id})<-[:IMAGE]-(p:Process)-[c:CONNECTED]->(i:IP)
    RETURN p, c, i
    UNION ALL
    UNWIND $clients AS id
    MATCH (m:Machine)-[:RAN]->(p:Process)-[c:CONNECTED]->(i:IP)
    WHERE m.client_id = id AND ($programs IS NOT NULL OR $accounts IS NOT NULL)
    RETURN p, c, i
  }
  WITH p, c, i
  WHERE ($muids IS NULL OR p.machine_id IN $muids) AND ($accounts IS NULL OR p.user_id IN $accounts)
    AND ($programs IS NULL OR p.name IN $programs OR toLower(p.path) IN $programs OR toLower(p.md5) IN $programs
         OR toLower(p.sha256) IN $programs)
  WITH c.local_ip AS own, i.id AS other, c.protocol AS protocol, c.direction AS direction,
       CASE WHEN c.direction = 'incoming' THEN c.local_port ELSE c.remote_port END AS port,
       collect(CASE WHEN c.bytes_out IS NOT NULL OR c.bytes_in IS NOT NULL THEN c END) AS told,
       collect(CASE WHEN c.bytes_out IS NULL AND c.bytes_in IS NULL THEN [p.id, c.start, c.end] END) AS asked
  WITH own, collect([other, protocol, port, direction, told, asked]) AS keys
  CALL (own, keys) {
    UNWIND keys AS key
    RETURN key[0] AS other, key[1] AS protocol, key[2] AS port, key[3] AS direction, key, null AS f
    UNION ALL
    WITH own, keys
    WHERE any(key IN keys WHERE size(key[5]) > 0)
    MATCH (o:IP {id: coalesce(own, '')})-[f:FLOWED_TO]-(i:IP)
    RETURN i.id AS other, f.protocol AS protocol, f.remote_port AS port,
           CASE WHEN startNode(f) = o THEN 'outgoing' ELSE 'incoming' END AS direction, null AS key, f
  }
  WITH own, other, protocol, port, direction, key, f
  WITH own, other, protocol, port, direction, head(collect(key)) AS key, collect(DISTINCT f) AS flows
  WHERE key IS NOT NULL
  WITH own, other, protocol, port, direction, key[4] AS told, key[5] AS asked, [f IN flows |
         [f, head([t IN key[5] WHERE f.start <= t[2] + $skew AND f.end >= t[1] - $skew | t[0]])]] AS flows
  WITH own, collect([other, protocol, port, direction, told, asked, [f IN flows WHERE f[1] IS NOT NULL]]) AS keys
  CALL (own, keys) {
    UNWIND keys AS key
    RETURN key[0] AS other, key[1] AS protocol, key[2] AS port, key[3] AS direction, key, null AS talk
    UNION ALL
    WITH own, keys
    WHERE any(key IN keys WHERE size(key[6]) > 0)
    MATCH (:IP {id: coalesce(own, '')})<-[:HAD_IP]-(m:Machine)
    WITH DISTINCT own, m
    MATCH (m)-[:RAN]->(p:Process)-[d:CONNECTED]->(i:IP)
    WHERE coalesce(d.local_ip, own) = own
    RETURN i.id AS other, d.protocol AS protocol,
           CASE WHEN d.direction = 'incoming' THEN d.local_port ELSE d.remote_port END AS port,
           d.direction AS direction, null AS key, [p.id, d.start, d.end] AS talk
  }
  WITH own, other, protocol, port, direction, key, talk
  WITH own, other, protocol, port, direction, head(collect(key)) AS key, collect(talk) AS talks
  WHERE key IS NOT NULL
  UNWIND key[4] + [f IN key[6] WHERE none(t IN key[5] + talks WHERE t[0] <> f[1]
           AND f[0].start <= t[2] + $skew AND f[0].end >= t[1] - $skew) | f[0]] AS part
  RETURN part, direction = 'outgoing' OR type(part) = 'CONNECTED' AS sent
}
WITH DISTINCT part, sent
WHERE ($since IS NULL OR part.start >= $since) AND ($until IS NULL OR part.start < $until)
  AND (part.bytes_out IS NOT NULL OR part.bytes_in IS NOT NULL)
RETURN part.start / 86400000000 AS day,
       sum(coalesce(CASE WHEN sent THEN part.bytes_out ELSE part.bytes_in END, 0)) AS bytes_out,
       sum(coalesce(CASE WHEN sent THEN part.bytes_in ELSE part.bytes_out END, 0)) AS bytes_in
ORDER BY day
