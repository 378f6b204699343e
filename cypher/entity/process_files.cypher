// entity/process_files
// The program files of processes.
// mode: read
// params: processes: list[str]
// returns: id: str
// example: {"processes": ["process-1"]}
UNWIND $processes AS given
MATCH (:Process {id: given})-[:IMAGE]->(f:File)
RETURN DISTINCT f.id AS id
ORDER BY id
