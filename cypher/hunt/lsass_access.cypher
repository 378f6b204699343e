// hunt/lsass_access
// Who opened lsass with a right over it, or started a thread in it: scripts and odd folders first, the system's own last.
// mode: read
// params: image: str = "lsass.exe", since: datetime?, until: datetime?, limit: int = 1000
// returns: start: datetime, machine: str, process: str, command_line: str, user: str, relation: str, granted: str,
//    grade: float, actor: str, claim: str, evidence: list[str]
// attack: T1003.001
// example: {"image": "cmd.exe"}
MATCH (m:Machine)-[:RAN]->(t:Process)<-[r:ACCESSED|INJECTED_INTO]-(p:Process)
WHERE toLower(t.name) = $image AND (r.grade IS NULL OR r.grade > 0.0)
  AND ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
WITH m, t, r, p, replace(toLower(coalesce(p.path, '')), '\\', '/') AS path, toLower(coalesce(p.name, '')) AS name
WITH m, t, r, p, path, name,
     CASE WHEN name IN ['powershell.exe', 'pwsh.exe', 'cmd.exe', 'wscript.exe', 'cscript.exe', 'mshta.exe',
                        'rundll32.exe', 'regsvr32.exe', 'msbuild.exe', 'installutil.exe', 'python.exe', 'winword.exe',
                        'excel.exe', 'powerpnt.exe', 'outlook.exe'] THEN 0
          WHEN path CONTAINS '/users/' OR path CONTAINS '/temp/' OR path CONTAINS '/perflogs/'
            OR (path CONTAINS '/programdata/' AND NOT path CONTAINS '/programdata/microsoft/') THEN 1
          WHEN p.user_id IS NOT NULL AND p.user_id <> 'S-1-5-18' THEN 2
          ELSE 3 END AS place
RETURN r.start AS start, m.name AS machine, p.path AS process, p.command_line AS command_line, p.user_id AS user,
       type(r) AS relation, r.granted AS granted, coalesce(r.grade, 1.0) AS grade,
       CASE place WHEN 0 THEN 'script host or office program' WHEN 1 THEN 'in a folder of everybody'
                  WHEN 2 THEN 'a tool of a person' ELSE 'of the system' END AS actor,
       r.claim AS claim, r.evidence AS evidence
ORDER BY place, CASE WHEN toLower(coalesce(r.granted, '')) = '0x1fffff' THEN 0 ELSE 1 END, grade DESC, start DESC, r.id
LIMIT $limit
