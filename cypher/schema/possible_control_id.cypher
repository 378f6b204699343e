// schema/possible_control_id
// No two POSSIBLE_CONTROL relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT possible_control_id IF NOT EXISTS
FOR ()-[r:POSSIBLE_CONTROL]-() REQUIRE r.id IS UNIQUE
