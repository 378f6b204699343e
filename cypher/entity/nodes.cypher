// entity/nodes
// Entities as they stand in the graph. For a tenant: its machines.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [], clients: list[str] = []
// returns: node: node
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
RETURN n AS node
ORDER BY labels(n)[0], n.id
