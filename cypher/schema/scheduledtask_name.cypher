// schema/scheduledtask_name
// Find ScheduledTask nodes by name.
// mode: schema
// params: none
// returns: none
CREATE INDEX scheduledtask_name IF NOT EXISTS
FOR (n:ScheduledTask) ON (n.name)
