// hunt/services_from_afar
// Services and tasks that an account installed over a remote session, with where it came from.
// mode: read
// params: since: datetime?, until: datetime?, limit: int = 1000
// returns: start: datetime, kind: str, name: str, image: str, machine: str, user: str, source: str, logon_id: str,
//    evidence: list[str]
// attack: T1569.002, T1543.003, T1053.005
// example: {}
MATCH (u:User)-[i:INSTALLED]->(s)<-[:HOSTS]-(m:Machine)<-[r:REMOTE_LOGON]-(a)
WHERE r.logon_session_id = i.logon_session_id
  AND ($since IS NULL OR i.end >= $since) AND ($until IS NULL OR i.start < $until)
RETURN DISTINCT i.start AS start, labels(s)[0] AS kind, s.name AS name, coalesce(s.image, s.command) AS image,
       m.name AS machine, u.name AS user, a.id AS source, i.logon_id AS logon_id, i.evidence AS evidence
ORDER BY start DESC, name, source
LIMIT $limit
