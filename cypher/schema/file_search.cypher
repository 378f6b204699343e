// schema/file_search
// Find File nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX file_search IF NOT EXISTS
FOR (n:File) ON (n.search)
