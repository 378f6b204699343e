// schema/process_logon_id
// Find Process nodes by logon_id.
// mode: schema
// params: none
// returns: none
CREATE INDEX process_logon_id IF NOT EXISTS
FOR (n:Process) ON (n.logon_id)
