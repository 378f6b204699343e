// schema/service_search
// Find Service nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX service_search IF NOT EXISTS
FOR (n:Service) ON (n.search)
