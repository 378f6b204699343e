// analytics/extract_own_names
// Full names of the machines that logged, for analytics.
// mode: read
// params: limit: int = 500000
// returns: id: str, value: str
// example: {}
MATCH (m:Machine)
WHERE m.fqdn CONTAINS '.' AND coalesce(m.stub, false) = false
RETURN m.id AS id, m.fqdn AS value
LIMIT $limit
