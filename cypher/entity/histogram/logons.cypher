// entity/histogram/logons
// How many rows `entity/logons` has per value of a column (`by`), per span of time (`bucket`, microseconds), or both.
// `by` is any column but lists.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [], clients: list[str] = [],
//    muids: list[str]?, accounts: list[str]?, since: datetime?, until: datetime?,
//    by: str?, bucket: int?
// returns: at: datetime, value: any, rows: int
// example: {"users": ["user-1"], "by": "Muid", "bucket": 60000000}
CALL {
  CALL {
    // include: entity/logons anchors
  }
  WITH u, l, m
  WHERE
    // include: entity/logons limits
  // part: counted
  WITH CASE $by WHEN 'Muid' THEN m.id
            WHEN 'LoggedUser' THEN CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END
            WHEN 'UserId' THEN u.id WHEN 'LogonType' THEN l.logon_type WHEN 'AuthPackage' THEN l.auth_package
            WHEN 'SourceIp' THEN l.source_ip WHEN 'SourceMachine' THEN l.source_machine_id
            WHEN 'Technique' THEN l.technique WHEN 'LogonId' THEN l.logon_id
            WHEN 'LogonSessionId' THEN l.logon_session_id WHEN 'DateTime' THEN l.start
            WHEN 'End' THEN l.end END AS value,
       l.start / $bucket AS at
  RETURN at, value, count(*) AS rows
  // end of part: counted
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)<-[l:LOGGED_ON]-(u)
  WHERE m.client_id = id AND
    // include: entity/logons limits
  // include: entity/histogram/logons counted
}
WITH at * $bucket AS at, value, sum(rows) AS rows
RETURN at, value, rows
ORDER BY at, rows DESC, value
