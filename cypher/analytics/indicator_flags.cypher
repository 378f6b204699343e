// analytics/indicator_flags
// What indicators flag.
// mode: read
// params: none
// returns: id: str
// example: {}
MATCH (n:Indicator)-[r:FLAGGED]->(m)
RETURN r.id AS id
