// entity/communications
// Connections of the processes of accounts, machines, programs or tenants, of single processes, or with addresses.
// One row per process, address, service port, protocol, direction and outcome: `date_time` is the first of its
// `connections`, `last_seen` the last. The service port is the remote one of an outgoing connection, else the local.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], addresses: list[str] = [], muids: list[str]?, accounts: list[str]?, programs: list[str]?,
//    since: datetime?, until: datetime?, protocols: list[str]?, ports: list[int]?, public: bool?,
//    directions: list[str]?, ips: list[str]?, limit: int = 1000000000
// returns: date_time: datetime, muid: str, logged_user: str, parent_filename: str, parent_pid: int, remote_ip: str,
//    remote_port: int, local_ip: str, local_port: int, protocol: str, direction: str, scope: str, last_seen: datetime,
//    connections: int, blocked: bool, bytes_out: int, bytes_in: int, process_id: str, user_id: str,
//    event_ids: list[str]
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"]}
CALL {
  // part: anchors
  UNWIND $users AS id
  MATCH (:User {id: id})-[:EXECUTED]->(p:Process)-[c:CONNECTED]->(i:IP)
  RETURN p, c, i
  UNION ALL
  UNWIND $machines AS id
  MATCH (:Machine {id: id})-[:RAN]->(p:Process)-[c:CONNECTED]->(i:IP)
  RETURN p, c, i
  UNION ALL
  UNWIND $processes AS id
  MATCH (p:Process {id: id})-[c:CONNECTED]->(i:IP)
  RETURN p, c, i
  UNION ALL
  UNWIND $files AS id
  MATCH (:File {id: id})<-[:IMAGE]-(p:Process)-[c:CONNECTED]->(i:IP)
  RETURN p, c, i
  // end of part: anchors
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)-[:RAN]->(p:Process)-[c:CONNECTED]->(i:IP)
  WHERE m.client_id = id
  RETURN p, c, i
  UNION ALL
  // part: addresses
  UNWIND $addresses AS id
  MATCH (i:IP {id: id})<-[c:CONNECTED]-(p:Process)
  RETURN p, c, i
  // end of part: addresses
}
WITH p, c, i, CASE WHEN c.direction = 'incoming' THEN c.local_port ELSE c.remote_port END AS port
WHERE
  // part: limits
  ($since IS NULL OR c.end >= $since) AND ($until IS NULL OR c.start < $until)
  AND ($muids IS NULL OR p.machine_id IN $muids)
  AND ($accounts IS NULL OR p.user_id IN $accounts)
  AND ($programs IS NULL OR p.name IN $programs OR toLower(p.path) IN $programs OR toLower(p.md5) IN $programs
       OR toLower(p.sha256) IN $programs)
  // end of part: limits
  AND ($protocols IS NULL OR c.protocol IN $protocols OR ('rdp' IN $protocols AND port = 3389))
  AND ($ports IS NULL OR port IN $ports)
  // part: ends
  AND ($public IS NULL OR (i.scope = 'public') = $public)
  AND ($directions IS NULL OR c.direction IN $directions)
  AND ($ips IS NULL OR i.id IN $ips)
  // end of part: ends
WITH p, c, i ORDER BY c.start, c.id LIMIT $limit
OPTIONAL MATCH (u:User)-[:EXECUTED]->(p)
RETURN c.start AS date_time, p.machine_id AS muid, CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END AS logged_user,
       p.name AS parent_filename, p.pid AS parent_pid, i.id AS remote_ip, c.remote_port AS remote_port,
       c.local_ip AS local_ip, c.local_port AS local_port, c.protocol AS protocol, c.direction AS direction,
       i.scope AS scope, c.end AS last_seen, c.count AS connections, c.blocked AS blocked, c.bytes_out AS bytes_out,
       c.bytes_in AS bytes_in, p.id AS process_id, u.id AS user_id, c.evidence AS event_ids
ORDER BY date_time, c.id, user_id
