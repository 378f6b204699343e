// analytics/runs
// Runs of analytics, newest first.
// The pointer says which is the current one: a process killed after it moved had no time to say so of the runs.
// mode: read
// params: name: str?, limit: int = 200
// returns: id: str, name: str, state: str, parameters: str, start: datetime, end: datetime, version: str, counts: str
// example: {}
MATCH (r:AnalysisRun)
WHERE r.state <> 'pointer' AND ($name IS NULL OR r.name = $name)
OPTIONAL MATCH (h:AnalysisRun {id: 'current/' + r.name})
WITH r, CASE WHEN h.current = r.id THEN 'current' WHEN r.state = 'current' THEN 'previous' ELSE r.state END AS state
RETURN r.id AS id, r.name AS name, state, r.parameters AS parameters, r.start AS start,
       r.end AS end, r.version AS version, r.counts AS counts
ORDER BY start DESC, id DESC LIMIT $limit
