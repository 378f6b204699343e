// schema/scheduledtask_search
// Find ScheduledTask nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX scheduledtask_search IF NOT EXISTS
FOR (n:ScheduledTask) ON (n.search)
