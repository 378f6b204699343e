// entity/neighbours
// What is next to entities: their relationships of each type added up per neighbour, last seen first.
// For a tenant: next to its machines.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [], clients: list[str] = [],
//    relations: list[str]?, kinds: list[str]?, since: datetime?, until: datetime?, limit: int = 1000000000
// returns: date_time: datetime, last_seen: datetime, relation: str, outgoing: bool, node: node, relationships: int,
//    events: int
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
MATCH (n)-[r]-(m)
WHERE ($relations IS NULL OR type(r) IN $relations) AND ($kinds IS NULL OR labels(m)[0] IN $kinds)
  AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
WITH m, type(r) AS relation, startNode(r) = n AS outgoing, count(r) AS relationships, sum(r.count) AS events,
     min(r.start) AS date_time, max(r.end) AS last_seen
RETURN date_time, last_seen, relation, outgoing, m AS node, relationships, events
ORDER BY last_seen DESC, relation, outgoing, m.id
LIMIT $limit
