// entity/machines
// Machines that accounts logged on to or ran processes on, that alerts concern, or of a tenant.
// mode: read
// params: users: list[str] = [], processes: list[str] = [], files: list[str] = [], addresses: list[str] = [],
//    domains: list[str] = [], alerts: list[str] = [], clients: list[str] = [], since: datetime?, until: datetime?, limit: int = 1000000000
// returns: muid: str, name: str, first_seen: datetime, last_seen: datetime
// example: {"users": ["user-1"], "processes": ["process-2"], "addresses": ["ip-1"]}
CALL {
  UNWIND $users AS id
  MATCH (:User {id: id})-[r:LOGGED_ON]->(m:Machine)
  RETURN m, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $users AS id
  MATCH (:User {id: id})-[:EXECUTED]->(:Process)<-[r:RAN]-(m:Machine)
  RETURN m, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $processes AS id
  MATCH (:Process {id: id})<-[r:RAN]-(m:Machine)
  RETURN m, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $files AS id
  MATCH (:File {id: id})<-[r:IMAGE|WROTE|READ|LOADED|DELETED|RENAMED]-(:Process)<-[:RAN]-(m:Machine)
  RETURN m, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $addresses AS id
  MATCH (:IP {id: id})<-[r:HAD_IP]-(m:Machine)
  RETURN m, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $domains AS id
  MATCH (:Domain {id: id})<-[r:QUERIED]-(:Process)<-[:RAN]-(m:Machine)
  RETURN m, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $domains AS id
  MATCH (:Domain {id: id})<-[r:QUERIED]-(m:Machine)
  RETURN m, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $alerts AS id
  MATCH (:Alert {id: id})-[r:FLAGGED]->(m:Machine)
  RETURN m, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)
  WHERE m.client_id = id
  RETURN m, m.first_seen AS start, m.last_seen AS end
}
WITH m, start, end
WHERE ($since IS NULL OR end >= $since) AND ($until IS NULL OR start < $until)
WITH m, min(start) AS first_seen, max(end) AS last_seen
RETURN m.id AS muid, m.name AS name, first_seen, last_seen
ORDER BY muid
LIMIT $limit
