// schema/process_search
// Find Process nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX process_search IF NOT EXISTS
FOR (n:Process) ON (n.search)
