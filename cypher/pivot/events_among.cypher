// pivot/events_among
// The single relationships among the given entities, in time order.
// Ids are unique per kind only, so the caller drops ends whose kind it did not ask for.
// mode: read
// params: refs: rows, ids: list[str], since: datetime?, until: datetime?, limit: int = 1000
// returns: start_kind: str, start_id: str, relation: str, end_kind: str, end_id: str, relationship_id: str,
//    start: datetime, end: datetime, events: int, logon_type: any
// example: {"refs": [{"kind": "Machine", "id": "machine-1"}, {"kind": "User", "id": "user-1"}],
//    "ids": ["machine-1", "user-1", "machine-2"]}
UNWIND $refs AS ref
CALL (ref) {
  MATCH (n:User {id: ref.id}) WHERE ref.kind = 'User' RETURN n
  UNION ALL
  MATCH (n:Machine {id: ref.id}) WHERE ref.kind = 'Machine' RETURN n
  UNION ALL
  MATCH (n:Process {id: ref.id}) WHERE ref.kind = 'Process' RETURN n
  UNION ALL
  MATCH (n:File {id: ref.id}) WHERE ref.kind = 'File' RETURN n
  UNION ALL
  MATCH (n:RegistryKey {id: ref.id}) WHERE ref.kind = 'RegistryKey' RETURN n
  UNION ALL
  MATCH (n:IP {id: ref.id}) WHERE ref.kind = 'IP' RETURN n
  UNION ALL
  MATCH (n:Domain {id: ref.id}) WHERE ref.kind = 'Domain' RETURN n
  UNION ALL
  MATCH (n:URL {id: ref.id}) WHERE ref.kind = 'URL' RETURN n
  UNION ALL
  MATCH (n:Service {id: ref.id}) WHERE ref.kind = 'Service' RETURN n
  UNION ALL
  MATCH (n:ScheduledTask {id: ref.id}) WHERE ref.kind = 'ScheduledTask' RETURN n
  UNION ALL
  MATCH (n:Share {id: ref.id}) WHERE ref.kind = 'Share' RETURN n
  UNION ALL
  MATCH (n:Alert {id: ref.id}) WHERE ref.kind = 'Alert' RETURN n
  UNION ALL
  MATCH (n:Client {id: ref.id}) WHERE ref.kind = 'Client' RETURN n
}
MATCH (n)-[r]->(m)
WHERE m.id IN $ids AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN labels(n)[0] AS start_kind, n.id AS start_id, type(r) AS relation, labels(m)[0] AS end_kind,
       m.id AS end_id, r.id AS relationship_id, r.start AS start, r.end AS end, r.count AS events,
       r.logon_type AS logon_type
ORDER BY start, relationship_id, start_id
LIMIT $limit
