// pivot/heatmap
// When an entity was active: its relationships per hour of the week they began in.
// `hour` counts from Thursday 00:00 UTC, the weekday of the epoch.
// mode: read
// params: kind: str, id: str, since: datetime?, until: datetime?
// returns: hour: int, relationships: int
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
MATCH (n)-[r]-()
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN (r.start / 3600000000) % 168 AS hour, count(r) AS relationships
ORDER BY hour
