// schema/machine_id
// No two Machine nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT machine_id IF NOT EXISTS
FOR (n:Machine) REQUIRE n.id IS UNIQUE
