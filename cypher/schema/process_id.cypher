// schema/process_id
// No two Process nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT process_id IF NOT EXISTS
FOR (n:Process) REQUIRE n.id IS UNIQUE
