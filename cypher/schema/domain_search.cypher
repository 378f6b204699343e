// schema/domain_search
// Find Domain nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX domain_search IF NOT EXISTS
FOR (n:Domain) ON (n.search)
