// entity/timetable
// How many actions began in each hour (UTC) of the period: processes made, connections, work on files and registry.
// Records folded into one relationship count once, when they begin.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], muids: list[str]?, accounts: list[str]?, since: datetime?, until: datetime?
// returns: hour: int, actions: int
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"]}
CALL {
  UNWIND $users AS id
  MATCH (:User {id: id})-[:EXECUTED]->(p:Process)
  RETURN p
  UNION ALL
  UNWIND $machines AS id
  MATCH (:Machine {id: id})-[:RAN]->(p:Process)
  RETURN p
  UNION ALL
  UNWIND $processes AS id
  MATCH (p:Process {id: id})
  RETURN p
  UNION ALL
  UNWIND $files AS id
  MATCH (:File {id: id})<-[:IMAGE]-(p:Process)
  RETURN p
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)-[:RAN]->(p:Process)
  WHERE m.client_id = id
  RETURN p
}
CALL (p) {
  MATCH (:Machine)-[:RAN]->(p)
  WHERE p.stub = false
  RETURN p.start AS at
  UNION ALL
  MATCH (p)-[r:CONNECTED|WROTE|READ|DELETED|RENAMED|LOADED|SET_REGISTRY|READ_REGISTRY|INJECTED_INTO]->()
  RETURN r.start AS at
}
WITH p, at
WHERE ($since IS NULL OR at >= $since) AND ($until IS NULL OR at < $until)
  AND ($muids IS NULL OR p.machine_id IN $muids)
  AND ($accounts IS NULL OR p.user_id IN $accounts)
RETURN at / 3600000000 AS hour, count(*) AS actions
ORDER BY hour
