// entity/event_ids
// The ids of the records behind the relationships of entities, earliest first. For a tenant: of its machines.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [], clients: list[str] = [],
//    since: datetime?, until: datetime?, limit: int = 1000000000
// returns: event_id: str, date_time: datetime
// example: {"users": ["user-1"], "machines": ["machine-2"], "addresses": ["ip-3"]}
CALL {
  UNWIND $users AS id
  MATCH (n:User {id: id})
  RETURN n
  UNION
  UNWIND $machines AS id
  MATCH (n:Machine {id: id})
  RETURN n
  UNION
  UNWIND $processes AS id
  MATCH (n:Process {id: id})
  RETURN n
  UNION
  UNWIND $files AS id
  MATCH (n:File {id: id})
  RETURN n
  UNION
  UNWIND $addresses AS id
  MATCH (n:IP {id: id})
  RETURN n
  UNION
  UNWIND $domains AS id
  MATCH (n:Domain {id: id})
  RETURN n
  UNION
  UNWIND $alerts AS id
  MATCH (n:Alert {id: id})
  RETURN n
  UNION
  UNWIND $clients AS id
  MATCH (n:Machine)
  WHERE n.client_id = id
  RETURN n
}
MATCH (n)-[r]-()
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
UNWIND r.evidence AS event_id
WITH event_id, min(r.start) AS date_time
RETURN event_id, date_time
ORDER BY date_time, event_id
LIMIT $limit
