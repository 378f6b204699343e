// hunt/remote_execution
// Remote logons whose traces name a technique, latest first: who went where, how it was told, and the records.
// mode: read
// params: technique: str?, since: datetime?, until: datetime?, limit: int = 1000
// returns: start: datetime, source: str, target: str, user: str, logon_id: str, technique: str, reason: str,
//    process: str, confidence: str, evidence: list[str]
// attack: T1021, T1047, T1053.005, T1569.002
// example: {}
MATCH (m:Machine)<-[r:REMOTE_LOGON]-(a)
WHERE r.technique IS NOT NULL AND ($technique IS NULL OR r.technique = $technique)
  AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN r.start AS start, a.id AS source, m.name AS target, r.user_name AS user, r.logon_id AS logon_id,
       r.technique AS technique, r.technique_reason AS reason, r.remote_process AS process,
       r.confidence AS confidence, r.evidence AS evidence
ORDER BY start DESC, r.id
LIMIT $limit
