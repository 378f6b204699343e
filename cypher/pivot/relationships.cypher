// pivot/relationships
// The single relationships of one type from one entity to another, earliest first.
// The page goes on after the one that starts at `after_start` with id `after_id`.
// mode: read
// params: kind: str, id: str, relation: str, end_kind: str, end_id: str, since: datetime?, until: datetime?,
//    after_start: int?, after_id: str = "", limit: int = 50
// returns: relationship: relationship, start: datetime, relationship_id: str
// example: {"kind": "User", "id": "user-1", "relation": "LOGGED_ON", "end_kind": "Machine",
//    "end_id": "machine-2"}
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
MATCH (n)-[r]->(m)
WHERE type(r) = $relation AND m.id = $end_id AND labels(m)[0] = $end_kind
  AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($after_start IS NULL OR r.start > $after_start OR (r.start = $after_start AND r.id > $after_id))
RETURN r AS relationship, r.start AS start, r.id AS relationship_id
ORDER BY start, relationship_id
LIMIT $limit
