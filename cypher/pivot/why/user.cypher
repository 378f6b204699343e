// pivot/why/user
// Remote logons of the account that a run of the detector wrote to, newest first.
// mode: read
// params: id: str, limit: int = 500
// returns: logon: relationship, start_kind: str, start_id: str, end_kind: str, end_id: str
// attack: T1021
// allow: NoRows because no analytic ran on the sample graph
// example: {"id": "user-1"}
MATCH (u:User {id: $id})-[:LOGGED_ON]->(m:Machine)
WITH DISTINCT m
MATCH (m)<-[r:REMOTE_LOGON]-(o)
WHERE r.user_id = $id AND (r.lm_run__a IS NOT NULL OR r.lm_run__b IS NOT NULL OR r.lm_run__c IS NOT NULL)
RETURN r AS logon, labels(o)[0] AS start_kind, o.id AS start_id, 'Machine' AS end_kind, m.id AS end_id
ORDER BY r.start DESC, r.id
LIMIT $limit
