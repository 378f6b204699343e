// hunt/explicit_credentials
// Accounts that used another account's credentials towards a server (4648), latest first.
// mode: read
// params: since: datetime?, until: datetime?, limit: int = 1000
// returns: start: datetime, machine: str, user: str, credential: str, server: str, process: str, evidence: list[str]
// attack: T1078, T1550
// example: {}
MATCH (a:User)-[r:USED_CREDENTIALS]->(b:User)
WHERE a.id <> b.id AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN r.start AS start, r.machine_id AS machine, a.name AS user, b.name AS credential, r.target_server AS server,
       r.process_id AS process, r.evidence AS evidence
ORDER BY start DESC, r.id
LIMIT $limit
