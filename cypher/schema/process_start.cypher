// schema/process_start
// Find Process nodes by start.
// mode: schema
// params: none
// returns: none
CREATE INDEX process_start IF NOT EXISTS
FOR (n:Process) ON (n.start)
