// schema/alert_search
// Find Alert nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX alert_search IF NOT EXISTS
FOR (n:Alert) ON (n.search)
