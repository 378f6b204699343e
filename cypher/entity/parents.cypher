// entity/parents
// The processes that made the given ones.
// mode: read
// params: processes: list[str]
// returns: id: str, name: str, path: str, md5: str, sha256: str, pid: int, muid: str, command_line: str, start: datetime,
//    end: datetime, stub: bool
// example: {"processes": ["process-1", "process-2"]}
UNWIND $processes AS given
MATCH (:Process {id: given})<-[:SPAWNED]-(p:Process)
WITH DISTINCT p
RETURN p.id AS id, p.name AS name, p.path AS path, p.md5 AS md5, p.sha256 AS sha256, p.pid AS pid,
       p.machine_id AS muid, p.command_line AS command_line, p.start AS start, p.end AS end, p.stub AS stub
ORDER BY start, id
