// pivot/timeline
// Relationships of an entity in time order, with the entity at the other end.
// The page goes on after the one that starts at `after_start` with id `after_id`. Empty `relations` means all.
// mode: read
// params: kind: str, id: str, relations: list[str] = [], since: datetime?, until: datetime?,
//    after_start: int?, after_id: str = "", limit: int = 200
// returns: relation: str, outgoing: bool, relationship_id: str, start: datetime, end: datetime, events: int,
//    logon_type: any, other: node
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
WHERE (size($relations) = 0 OR type(r) IN $relations)
  AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($after_start IS NULL OR r.start > $after_start OR (r.start = $after_start AND r.id > $after_id))
RETURN type(r) AS relation, startNode(r) = n AS outgoing, r.id AS relationship_id, r.start AS start,
       r.end AS end, r.count AS events, r.logon_type AS logon_type, m AS other
ORDER BY start, relationship_id, outgoing
LIMIT $limit
