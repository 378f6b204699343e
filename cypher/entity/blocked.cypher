// entity/blocked
// Alerts whose product stopped what it found, earliest first; columns as of `detections`.
// `actions` are beginnings, in lower case, of what products call that.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [], muids: list[str]?, accounts: list[str]?,
//    names: list[str]?,
//    actions: list[str] = ["block", "quarantin", "clean", "remov", "delet", "den", "prevent", "drop", "reject"],
//    since: datetime?, until: datetime?, limit: int = 1000000000
// returns: date_time: datetime, client_id: str, muid: str, logged_user: str, child_md5: str, child_path: str,
//    child_filename: str, parent_md5: str, parent_path: str, parent_filename: str, winning_tech: str,
//    detection_id: str, action: str, rule: str, level: str, alert_id: str, process_id: str,
//    file_id: str, user_id: str, event_ids: list[str]
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"]}
CALL {
  UNWIND $users AS id
  MATCH (:User {id: id})<-[f:FLAGGED]-(a:Alert)
  RETURN a, f
  UNION ALL
  UNWIND $machines AS id
  MATCH (:Machine {id: id})<-[f:FLAGGED]-(a:Alert)
  RETURN a, f
  UNION ALL
  UNWIND $processes AS id
  MATCH (:Process {id: id})<-[f:FLAGGED]-(a:Alert)
  RETURN a, f
  UNION ALL
  UNWIND $files AS id
  MATCH (:File {id: id})<-[:IMAGE]-(:Process)<-[f:FLAGGED]-(a:Alert)
  RETURN a, f
  UNION ALL
  UNWIND $files AS id
  MATCH (:File {id: id})<-[f:FLAGGED]-(a:Alert)
  RETURN a, f
  UNION ALL
  UNWIND $addresses AS id
  MATCH (:IP {id: id})<-[f:FLAGGED]-(a:Alert)
  RETURN a, f
  UNION ALL
  UNWIND $domains AS id
  MATCH (:Domain {id: id})<-[f:FLAGGED]-(a:Alert)
  RETURN a, f
  UNION ALL
  UNWIND $alerts AS id
  MATCH (a:Alert {id: id})-[f:FLAGGED]->()
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
WITH a, at, evidence, muid, collect(u.id) AS accounts, min(u.id) AS user_id,
     min(CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END) AS logged_user
WHERE ($muids IS NULL OR muid IN $muids) AND ($accounts IS NULL OR any(id IN accounts WHERE id IN $accounts))
OPTIONAL MATCH (a)-[:FLAGGED]->(p:Process)
WITH a, at, evidence, muid, logged_user, user_id, p ORDER BY p.id
WITH a, at, evidence, muid, logged_user, user_id, head(collect(p)) AS p
OPTIONAL MATCH (a)-[:FLAGGED]->(f:File)
WITH a, at, evidence, muid, logged_user, user_id, p, f ORDER BY f.id
WITH a, at, evidence, muid, logged_user, user_id, p, head(collect(f)) AS f
OPTIONAL MATCH (q:Process)-[:SPAWNED]->(p)
WITH a, at, evidence, muid, logged_user, user_id, p, f, q ORDER BY q.id
WITH a, at, evidence, muid, logged_user, user_id, p, f, head(collect(q)) AS q
WITH a, at, evidence, muid, logged_user, user_id, p, f, CASE WHEN f IS NULL THEN p ELSE f END AS child,
     CASE WHEN f IS NULL THEN q ELSE p END AS parent
WHERE $names IS NULL OR child.name IN $names OR toLower(child.path) IN $names OR toLower(child.md5) IN $names
   OR toLower(child.sha256) IN $names
RETURN at AS date_time, a.client_id AS client_id, muid, logged_user, child.md5 AS child_md5, child.path AS child_path,
       child.name AS child_filename, parent.md5 AS parent_md5, parent.path AS parent_path,
       parent.name AS parent_filename, a.product AS winning_tech, a.detection_id AS detection_id,
       a.action AS action, a.rule AS rule, a.level AS level, a.id AS alert_id, p.id AS process_id,
       f.id AS file_id, user_id, evidence AS event_ids
ORDER BY date_time, alert_id
LIMIT $limit
