// entity/histogram/remote_logons
// How many rows `entity/remote_logons` has per value of a column (`by`), per span of time (`bucket`, microseconds), or both.
// `by` is any column but lists.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    addresses: list[str] = [], domains: list[str] = [], alerts: list[str] = [], clients: list[str] = [],
//    incoming: bool = true, outgoing: bool = true, muids: list[str]?, accounts: list[str]?,
//    since: datetime?, until: datetime?,
//    by: str?, bucket: int?
// returns: at: datetime, value: any, rows: int
// example: {"users": ["user-1"], "by": "Muid", "bucket": 60000000}
CALL {
  CALL {
    // include: entity/remote_logons anchors
  }
  WITH DISTINCT a, r, m
  WHERE
    // include: entity/remote_logons limits
  // part: counted
  WITH CASE $by WHEN 'Muid' THEN m.id WHEN 'Source' THEN a.id WHEN 'LoggedUser' THEN r.user_name
            WHEN 'UserId' THEN r.user_id WHEN 'LogonType' THEN r.logon_type WHEN 'Technique' THEN r.technique
            WHEN 'SourceIp' THEN r.source_ip WHEN 'SourcePort' THEN r.source_port
            WHEN 'Confidence' THEN r.confidence WHEN 'LogonId' THEN r.logon_id
            WHEN 'LogonSessionId' THEN r.logon_session_id WHEN 'DateTime' THEN r.start
            WHEN 'End' THEN r.end END AS value,
       r.start / $bucket AS at
  RETURN at, value, count(*) AS rows
  // end of part: counted
  UNION ALL
  UNWIND $clients AS id
  MATCH (m:Machine)<-[r:REMOTE_LOGON]-(a)
  WHERE m.client_id = id AND
    // include: entity/remote_logons limits
  // include: entity/histogram/remote_logons counted
}
WITH at * $bucket AS at, value, sum(rows) AS rows
RETURN at, value, rows
ORDER BY at, rows DESC, value
