// schema/scheduledtask_id
// No two ScheduledTask nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT scheduledtask_id IF NOT EXISTS
FOR (n:ScheduledTask) REQUIRE n.id IS UNIQUE
