// analytics/runs
// Runs of analytics, newest first.
// mode: read
// params: name: str?, limit: int = 200
// returns: id: str, name: str, state: str, parameters: str, start: datetime, end: datetime, version: str, counts: str
// example: {}
MATCH (r:AnalysisRun)
WHERE r.state <> 'pointer' AND ($name IS NULL OR r.name = $name)
RETURN r.id AS id, r.name AS name, r.state AS state, r.parameters AS parameters, r.start AS start,
       r.end AS end, r.version AS version, r.counts AS counts
ORDER BY start DESC, id DESC LIMIT $limit
