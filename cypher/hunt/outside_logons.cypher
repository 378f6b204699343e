// hunt/outside_logons
// Logons from addresses that no loaded machine had, by address and account, most machines first.
// mode: read
// params: since: datetime?, until: datetime?, limit: int = 1000
// returns: address: str, scope: str, user: str, machines: list[str], logons: int, first: datetime, last: datetime
// attack: T1133, T1078
// example: {}
MATCH (a:IP)-[r:REMOTE_LOGON]->(m:Machine)
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
WITH a, r, m ORDER BY m.id
WITH a.id AS address, a.scope AS scope, r.user_name AS user, collect(DISTINCT m.name) AS machines,
     count(r) AS logons, min(r.start) AS first, max(r.start) AS last
RETURN address, scope, user, machines, logons, first, last
ORDER BY size(machines) DESC, logons DESC, address, user
LIMIT $limit
