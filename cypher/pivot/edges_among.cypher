// pivot/edges_among
// Relationships from the given entities to any of `ids`, added up per pair and type.
// Ids are unique per kind only, so the caller drops ends whose kind it did not ask for.
// mode: read
// params: refs: rows, ids: list[str], since: datetime?, until: datetime?
// returns: kind: str, id: str, outgoing: bool, relation: str, other_kind: str, other_id: str,
//    relationships: int, events: int, first: datetime, last: datetime, logon_types: list[int]
// example: {"refs": [{"kind": "Machine", "id": "machine-1"}], "ids": ["user-1", "machine-2", "user-3"]}
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
MATCH (n)-[r]-(m)
WHERE m.id IN $ids AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN labels(n)[0] AS kind, n.id AS id, startNode(r) = n AS outgoing, type(r) AS relation,
       labels(m)[0] AS other_kind, m.id AS other_id, count(r) AS relationships, sum(r.count) AS events,
       min(r.start) AS first, max(r.end) AS last, collect(DISTINCT r.logon_type) AS logon_types
ORDER BY kind, id, outgoing, relation, other_kind, other_id
