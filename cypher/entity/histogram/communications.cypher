// entity/histogram/communications
// How many rows `entity/communications` has per value of a column (`by`), per span of time (`bucket`, microseconds), or both.
// `by` is any of its columns but lists; `statuses` are what column Ipv4Status says of an address that isn't public, and is.
// mode: read
// params: users: list[str] = [], machines: list[str] = [], processes: list[str] = [], files: list[str] = [],
//    clients: list[str] = [], addresses: list[str] = [], muids: list[str]?, accounts: list[str]?,
//    programs: list[str]?, since: datetime?, until: datetime?, protocols: list[str]?, ports: list[int]?,
//    public: bool?, directions: list[str]?, ips: list[str]?,
//    by: str?, bucket: int?, statuses: list[str] = ["Internal", "External"]
// returns: at: datetime, value: any, rows: int
// example: {"users": ["user-1", "user-2"], "machines": ["machine-3"], "processes": ["process-1"], "by": "RemoteIp", "bucket": 60000000}
// part: tenants
CALL {
  UNWIND CASE WHEN size($clients) > 0 THEN [true] ELSE [] END AS asked
  OPTIONAL MATCH (other:Machine)
  WHERE NOT other.client_id IN $clients
  RETURN count(other) = 0 AS whole
}
// end of part: tenants
CALL (whole) {
  CALL {
    // include: entity/communications anchors
    UNION ALL
    // include: entity/communications addresses
  }
  WITH p, c, i
  WHERE
    // part: fits
    // include: entity/communications limits
    AND ($protocols IS NULL OR c.protocol IN $protocols
         OR ('rdp' IN $protocols AND 3389 = CASE WHEN c.direction = 'incoming' THEN c.local_port ELSE c.remote_port END))
    AND ($ports IS NULL OR CASE WHEN c.direction = 'incoming' THEN c.local_port ELSE c.remote_port END IN $ports)
    // include: entity/communications ends
    // end of part: fits
  // part: counted
  WITH CASE WHEN $by IS NULL THEN null ELSE CASE $by WHEN 'RemoteIp' THEN i.id WHEN 'Muid' THEN p.machine_id WHEN 'LoggedUser' THEN p.user_id
            WHEN 'UserId' THEN p.user_id WHEN 'RemotePort' THEN c.remote_port
            WHEN 'Protocol' THEN toUpper(c.protocol)
            WHEN 'Direction' THEN toUpper(left(c.direction, 1)) + substring(c.direction, 1)
            WHEN 'Ipv4Status' THEN CASE WHEN i.scope = 'public' THEN $statuses[1] WHEN i.scope IS NOT NULL THEN $statuses[0] END
            WHEN 'ParentFilename' THEN p.name WHEN 'ParentPid' THEN p.pid WHEN 'ProcessId' THEN p.id
            WHEN 'LocalIp' THEN c.local_ip WHEN 'LocalPort' THEN c.local_port WHEN 'Blocked' THEN c.blocked
            WHEN 'Connections' THEN c.count WHEN 'BytesOut' THEN c.bytes_out WHEN 'BytesIn' THEN c.bytes_in
            WHEN 'DateTime' THEN c.start WHEN 'Date' THEN c.start / 86400000000 WHEN 'LastSeen' THEN c.end END END AS value,
       c.start / $bucket AS at
  RETURN at, value, count(*) AS rows
  // end of part: counted
  UNION ALL
  WITH whole
  WHERE size($clients) > 0
  MATCH (i:IP)
  WITH whole, i SKIP 0  // a planner begins here, not at any other node
  MATCH (i)<-[c:CONNECTED]-(p)
  WHERE (whole OR (p.client_id IN $clients AND p.machine_id IS NOT NULL)) AND
    // include: entity/histogram/communications fits
  // include: entity/histogram/communications counted
}
// part: named
WITH at * $bucket AS at, value, sum(rows) AS rows
WITH at, value, rows, CASE WHEN $by = 'LoggedUser' THEN value END AS account
OPTIONAL MATCH (u:User {id: coalesce(account, '')})
WITH at, CASE WHEN $by = 'LoggedUser' THEN CASE WHEN u.domain IS NULL THEN u.name ELSE u.domain + '\\' + u.name END ELSE value END AS value, rows
RETURN at, value, sum(rows) AS rows
ORDER BY at, rows DESC, value
// end of part: named
