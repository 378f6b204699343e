// entity/find/process
// Find processes on machines by program, hash, process id or account; by time when it is given.
// mode: read
// params: machines: list[str], names: list[str]?, hashes: list[str]?, pid: int?, user: str?, since: datetime?,
//    until: datetime?
// returns: id: str
// example: {"machines": ["machine-1", "machine-2"], "names": ["explorer.exe"]}
UNWIND $machines AS machine
MATCH (:Machine {id: machine})-[:RAN]->(p:Process)
WHERE ($names IS NULL OR p.name IN $names) AND ($hashes IS NULL OR toLower(p.md5) IN $hashes)
  AND ($pid IS NULL OR p.pid = $pid) AND ($user IS NULL OR p.user_id = $user)
  AND ($since IS NULL OR coalesce(p.end, p.last_seen) >= $since) AND ($until IS NULL OR p.first_seen < $until)
RETURN p.id AS id
ORDER BY id
