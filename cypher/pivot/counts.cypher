// pivot/counts
// What an entity is related to: relationships and distinct neighbours per type, direction and kind.
// mode: read
// params: kind: str, id: str, since: datetime?, until: datetime?
// returns: relation: str, outgoing: bool, neighbour_kind: str, relationships: int, neighbours: int
// example: {"kind": "Machine", "id": "machine-1"}
CALL {
  MATCH (n:User {id: $id}) WHERE $kind = 'User' RETURN n
  UNION ALL
  MATCH (n:Machine {id: $id}) WHERE $kind = 'Machine' RETURN n
  UNION ALL
  MATCH (n:Process {id: $id}) WHERE $kind = 'Process' RETURN n
  UNION ALL
  MATCH (n:File {id: $id}) WHERE $kind = 'File' RETURN n
  UNION ALL
  MATCH (n:RegistryKey {id: $id}) WHERE $kind = 'RegistryKey' RETURN n
  UNION ALL
  MATCH (n:IP {id: $id}) WHERE $kind = 'IP' RETURN n
  UNION ALL
  MATCH (n:Domain {id: $id}) WHERE $kind = 'Domain' RETURN n
  UNION ALL
  MATCH (n:URL {id: $id}) WHERE $kind = 'URL' RETURN n
  UNION ALL
  MATCH (n:Service {id: $id}) WHERE $kind = 'Service' RETURN n
  UNION ALL
  MATCH (n:ScheduledTask {id: $id}) WHERE $kind = 'ScheduledTask' RETURN n
  UNION ALL
  MATCH (n:Share {id: $id}) WHERE $kind = 'Share' RETURN n
  UNION ALL
  MATCH (n:Alert {id: $id}) WHERE $kind = 'Alert' RETURN n
  UNION ALL
  MATCH (n:Client {id: $id}) WHERE $kind = 'Client' RETURN n
}
MATCH (n)-[r]-(m)
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN type(r) AS relation, startNode(r) = n AS outgoing, labels(m)[0] AS neighbour_kind,
       count(r) AS relationships, count(DISTINCT m) AS neighbours
ORDER BY relation, outgoing, neighbour_kind
