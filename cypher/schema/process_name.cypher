// schema/process_name
// Find Process nodes by name.
// mode: schema
// params: none
// returns: none
CREATE INDEX process_name IF NOT EXISTS
FOR (n:Process) ON (n.name)
