// pivot/why/machine
// Remote logons from or to the machine that a run of the detector wrote to, newest first.
// mode: read
// params: id: str, limit: int = 500
// returns: logon: relationship, start_kind: str, start_id: str, end_kind: str, end_id: str
// attack: T1021
// allow: NoRows because no analytic ran on the sample graph
// example: {"id": "machine-1"}
MATCH (n:Machine {id: $id})-[r:REMOTE_LOGON]-(o)
WHERE (r.lm_run__a IS NOT NULL OR r.lm_run__b IS NOT NULL OR r.lm_run__c IS NOT NULL)
WITH DISTINCT r
RETURN r AS logon, labels(startNode(r))[0] AS start_kind, startNode(r).id AS start_id,
       labels(endNode(r))[0] AS end_kind, endNode(r).id AS end_id
ORDER BY r.start DESC, r.id
LIMIT $limit
