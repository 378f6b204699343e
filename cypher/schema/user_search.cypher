// schema/user_search
// Find User nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX user_search IF NOT EXISTS
FOR (n:User) ON (n.search)
