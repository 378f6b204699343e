// pivot/entities
// Several entities by kind and id; unknown ones are left out.
// mode: read
// params: refs: rows
// returns: node: node
// example: {"refs": [{"kind": "Machine", "id": "machine-1"}, {"kind": "User", "id": "user-2"}]}
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
RETURN n AS node
