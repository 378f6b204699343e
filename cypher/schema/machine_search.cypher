// schema/machine_search
// Find Machine nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX machine_search IF NOT EXISTS
FOR (n:Machine) ON (n.search)
