// entity/graph
// Entities with their relationships: to all neighbours, or to those whose ids are in `among`; newest first.
// Ids are unique per kind only, so the caller drops ends whose kind it did not ask for. For a tenant: of its machines.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [], clients: list[str] = [],
//    among: list[str]?, relations: list[str]?, since: datetime?, until: datetime?, limit: int = 1000000000
// returns: source: node, relationship: relationship, target: node
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
WHERE ($among IS NULL OR m.id IN $among) AND ($relations IS NULL OR type(r) IN $relations)
  AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
WITH DISTINCT r
RETURN startNode(r) AS source, r AS relationship, endNode(r) AS target
ORDER BY r.end DESC, type(r), r.id
LIMIT $limit
