// schema/share_search
// Find Share nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX share_search IF NOT EXISTS
FOR (n:Share) ON (n.search)
