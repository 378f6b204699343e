// entity/users
// Accounts that logged on to machines or ran processes there, ran processes or programs, that alerts concern, or of a tenant.
// mode: read
// params: machines: list[str] = [], processes: list[str] = [], files: list[str] = [], alerts: list[str] = [],
//    clients: list[str] = [],
//    since: datetime?, until: datetime?, limit: int = 1000000000
// returns: user_id: str, logged_user: str, kind: str, first_seen: datetime, last_seen: datetime
// example: {"machines": ["machine-1"], "processes": ["process-2"]}
CALL {
  UNWIND $machines AS id
  MATCH (:Machine {id: id})<-[r:LOGGED_ON]-(u:User)
  RETURN u, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $machines AS id
  MATCH (:Machine {id: id})-[r:RAN]->(:Process)<-[:EXECUTED]-(u:User)
  RETURN u, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $processes AS id
  MATCH (:Process {id: id})<-[r:EXECUTED]-(u:User)
  RETURN u, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $files AS id
  MATCH (:File {id: id})<-[r:IMAGE|WROTE|READ|LOADED|DELETED|RENAMED]-(:Process)<-[:EXECUTED]-(u:User)
  RETURN u, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $alerts AS id
  MATCH (:Alert {id: id})-[r:FLAGGED]->(u:User)
  RETURN u, r.start AS start, r.end AS end
  UNION ALL
  UNWIND $clients AS id
  MATCH (u:User)
  WHERE u.client_id = id
  RETURN u, u.first_seen AS start, u.last_seen AS end
}
WITH u, start, end
WHERE ($since IS NULL OR end >= $since) AND ($until IS NULL OR start < $until)
WITH u, min(start) AS first_seen, max(end) AS last_seen
RETURN u.id AS user_id, CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END AS logged_user, u.kind AS kind, first_seen, last_seen
ORDER BY user_id
LIMIT $limit
