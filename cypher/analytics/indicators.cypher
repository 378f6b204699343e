// analytics/indicators
// Indicators in the graph.
// mode: read
// params: none
// returns: id: str
// example: {}
MATCH (n:Indicator)
RETURN n.id AS id
