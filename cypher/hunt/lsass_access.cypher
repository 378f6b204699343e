// hunt/lsass_access
// Processes that opened lsass, those first whose rights speak most for theft, or started a thread in it (grade 1).
// mode: read
// params: image: str = "lsass.exe", since: datetime?, until: datetime?, limit: int = 1000
// returns: start: datetime, machine: str, process: str, command_line: str, user: str, relation: str, granted: str,
//    grade: float, claim: str, evidence: list[str]
// attack: T1003.001
// example: {"image": "cmd.exe"}
MATCH (m:Machine)-[:RAN]->(t:Process)<-[r:ACCESSED|INJECTED_INTO]-(p:Process)
WHERE toLower(t.name) = $image
  AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN r.start AS start, m.name AS machine, p.path AS process, p.command_line AS command_line, p.user_id AS user,
       type(r) AS relation, r.granted AS granted, coalesce(r.grade, 1.0) AS grade,
       r.claim AS claim, r.evidence AS evidence
ORDER BY grade DESC, start DESC, r.id
LIMIT $limit
