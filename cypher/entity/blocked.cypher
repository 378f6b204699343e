// entity/blocked
// Alerts whose product stopped what it found, earliest first.
// `actions` are beginnings, in lower case, of what products call that.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], addresses: list[str] = [], muids: list[str]?, names: list[str]?,
//    actions: list[str] = ["block", "quarantin", "clean", "remov", "delet", "den", "prevent", "drop", "reject"],
//    since: datetime?, until: datetime?, limit: int = 1000000000
// returns: date_time: datetime, client_id: str, muid: str, logged_user: str, child_md5: str, child_path: str,
//    child_filename: str, parent_md5: str, parent_path: str, parent_filename: str, winning_tech: str,
//    detection_id: str, action: str, rule: str, level: str, alert_id: str, process_id: str, event_ids: list[str]
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"]}
CALL {
  UNWIND $users AS id
  MATCH (a:Alert)-[f:FLAGGED]->(:User {id: id})
  RETURN a, f
  UNION ALL
  UNWIND $machines AS id
  MATCH (a:Alert)-[f:FLAGGED]->(:Machine {id: id})
  RETURN a, f
  UNION ALL
  UNWIND $processes AS id
  MATCH (a:Alert)-[f:FLAGGED]->(:Process {id: id})
  RETURN a, f
  UNION ALL
  UNWIND $files AS id
  MATCH (a:Alert)-[f:FLAGGED]->(:Process)-[:IMAGE]->(:File {id: id})
  RETURN a, f
  UNION ALL
  UNWIND $files AS id
  MATCH (a:Alert)-[f:FLAGGED]->(:File {id: id})
  RETURN a, f
  UNION ALL
  UNWIND $addresses AS id
  MATCH (a:Alert)-[f:FLAGGED]->(:IP {id: id})
  RETURN a, f
  UNION ALL
  UNWIND $clients AS id
  MATCH (a:Alert)-[f:FLAGGED]->()
  WHERE a.client_id = id
  RETURN a, f
}
WITH a, min(f.start) AS at, max(f.end) AS until, head(collect(f.evidence)) AS evidence
WHERE ($since IS NULL OR until >= $since) AND ($until IS NULL OR at < $until)
  AND any(text IN $actions WHERE toLower(a.action) STARTS WITH text)
OPTIONAL MATCH (a)-[:FLAGGED]->(m:Machine)
WITH a, at, evidence, min(m.id) AS muid
OPTIONAL MATCH (a)-[:FLAGGED]->(u:User)
WITH a, at, evidence, muid, min(CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END) AS logged_user
OPTIONAL MATCH (a)-[:FLAGGED]->(p:Process)
WITH a, at, evidence, muid, logged_user, p ORDER BY p.id
WITH a, at, evidence, muid, logged_user, head(collect(p)) AS p
OPTIONAL MATCH (q:Process)-[:SPAWNED]->(p)
WITH a, at, evidence, muid, logged_user, p, q ORDER BY q.id
WITH a, at, evidence, muid, logged_user, p, head(collect(q)) AS q
WHERE ($muids IS NULL OR muid IN $muids)
  AND ($names IS NULL OR p.name IN $names OR toLower(p.path) IN $names OR toLower(p.md5) IN $names
       OR toLower(p.sha256) IN $names)
RETURN at AS date_time, a.client_id AS client_id, muid, logged_user, p.md5 AS child_md5, p.path AS child_path,
       p.name AS child_filename, q.md5 AS parent_md5, q.path AS parent_path, q.name AS parent_filename,
       a.product AS winning_tech, a.detection_id AS detection_id, a.action AS action, a.rule AS rule,
       a.level AS level, a.id AS alert_id, p.id AS process_id, evidence AS event_ids
ORDER BY date_time, alert_id
LIMIT $limit
