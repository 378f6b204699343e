// schema/url_search
// Find URL nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX url_search IF NOT EXISTS
FOR (n:URL) ON (n.search)
