// entity/account_changes
// Who made, changed or deleted accounts and groups, and whom they put into groups, earliest first.
// What accounts did to others and what was done to them (to groups for their sake included); all of it of tenants.
// mode: read
// params: users: list[str] = [], clients: list[str] = [], muids: list[str]?, accounts: list[str]?,
//    actions: list[str]?, since: datetime?, until: datetime?, limit: int = 1000000000
// returns: date_time: datetime, end: datetime, muid: str, logged_user: str, action: str, target: str,
//    target_kind: str, success: bool, changes: str, user_id: str, target_id: str, member_id: str,
//    event_ids: list[str]
// attack: T1136, T1098
// example: {"users": ["user-1"]}
CALL {
  UNWIND $users AS id
  MATCH (u:User {id: id})-[r:MANAGED]->(t)
  RETURN u, r, t
  UNION ALL
  UNWIND $users AS id
  MATCH (t:User {id: id})<-[r:MANAGED]-(u:User)
  RETURN u, r, t
  UNION ALL
  UNWIND $users AS id
  MATCH (:User {id: id})-[:MEMBER_OF]->(t:Group)
  MATCH (t)<-[r:MANAGED]-(u:User)
  WHERE r.member_id = id
  RETURN u, r, t
  UNION ALL
  UNWIND $clients AS id
  MATCH (u:User)-[r:MANAGED]->(t)
  WHERE u.client_id = id
  RETURN u, r, t
}
WITH DISTINCT u, r, t
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
  AND ($muids IS NULL OR r.machine_id IN $muids) AND ($accounts IS NULL OR u.id IN $accounts)
  AND ($actions IS NULL OR r.action IN $actions)
RETURN r.start AS date_time, r.end AS end, r.machine_id AS muid,
       CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END AS logged_user, r.action AS action,
       CASE WHEN t.domain IS NULL THEN t.name ELSE t.domain + '\\' + t.name END AS target, labels(t)[0] AS target_kind,
       r.success AS success, r.changes AS changes, u.id AS user_id, t.id AS target_id, r.member_id AS member_id,
       r.evidence AS event_ids
ORDER BY date_time, r.id
LIMIT $limit
