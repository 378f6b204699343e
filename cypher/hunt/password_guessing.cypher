// hunt/password_guessing
// Sources of failed logons by number of accounts tried, with the machines and the count of attempts.
// mode: read
// params: accounts: int = 3, since: datetime?, until: datetime?, limit: int = 1000
// returns: source: str, accounts: int, machines: int, attempts: int, first: datetime, last: datetime, names: list[str]
// attack: T1110.003
// example: {"accounts": 1}
MATCH (u:User)-[r:FAILED_LOGON]->(m:Machine)
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
WITH coalesce(r.source_machine_id, r.source_ip, r.source_name, 'unknown') AS source, u, r, m
ORDER BY u.id
WITH source, count(DISTINCT u.id) AS accounts, count(DISTINCT m.id) AS machines, sum(r.count) AS attempts,
     min(r.start) AS first, max(r.end) AS last, collect(DISTINCT u.name) AS names
WHERE accounts >= $accounts
RETURN source, accounts, machines, attempts, first, last, names[0..20] AS names
ORDER BY accounts DESC, attempts DESC, source
LIMIT $limit
