// schema/process_machine_id
// Find Process nodes by machine_id.
// mode: schema
// params: none
// returns: none
CREATE INDEX process_machine_id IF NOT EXISTS
FOR (n:Process) ON (n.machine_id)
