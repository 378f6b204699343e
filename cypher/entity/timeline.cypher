// entity/timeline
// All relationships of entities in time order, each with the entity at its other end. For a tenant: of its machines.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [], clients: list[str] = [],
//    relations: list[str]?, since: datetime?, until: datetime?, limit: int = 1000000000
// returns: date_time: datetime, end: datetime, relation: str, outgoing: bool, node: node, events: int,
//    relationship_id: str, event_ids: list[str]
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
WHERE ($relations IS NULL OR type(r) IN $relations)
  AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN r.start AS date_time, r.end AS end, type(r) AS relation, startNode(r) = n AS outgoing, m AS node,
       r.count AS events, r.id AS relationship_id, r.evidence AS event_ids
ORDER BY date_time, relationship_id, outgoing
LIMIT $limit
