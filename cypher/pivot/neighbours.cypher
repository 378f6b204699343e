// pivot/neighbours
// Neighbours of an entity over one relationship type, each with its relationships added up.
// `order` is recent (last seen first), often (most relationships first), first (earliest first) or risk (what
// the analytics rank highest first: the score of the logon's chain, else the neighbour's own); the page goes on
// after the row with rank `after_rank` and id `after_id`.
// mode: read
// params: kind: str, id: str, relation: str, outgoing: bool, neighbour_kind: str, since: datetime?,
//    until: datetime?, order: str = "recent", after_rank: int?, after_id: str = "", limit: int = 50
// returns: node: node, relationships: int, events: int, first: datetime, last: datetime, rank: int
// example: {"kind": "Machine", "id": "machine-1", "relation": "LOGGED_ON", "outgoing": false,
//    "neighbour_kind": "User"}
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
WHERE type(r) = $relation AND (startNode(r) = n) = $outgoing AND labels(m)[0] = $neighbour_kind
  AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
WITH m, count(r) AS relationships, sum(r.count) AS events, min(r.start) AS first, max(r.end) AS last,
     max(r.lm_score) AS score
WITH m, relationships, events, first, last,
     CASE $order WHEN 'often' THEN relationships WHEN 'first' THEN -first
       WHEN 'risk' THEN toInteger(1000000 * coalesce(score, m.anomaly_score, 0.0)) ELSE last END AS rank
WHERE $after_rank IS NULL OR rank < $after_rank OR (rank = $after_rank AND m.id > $after_id)
RETURN m AS node, relationships, events, first, last, rank
ORDER BY rank DESC, m.id
LIMIT $limit
