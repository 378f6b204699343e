// schema/ip_search
// Find IP nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX ip_search IF NOT EXISTS
FOR (n:IP) ON (n.search)
