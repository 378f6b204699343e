// schema/spawned_id
// No two SPAWNED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT spawned_id IF NOT EXISTS
FOR ()-[r:SPAWNED]-() REQUIRE r.id IS UNIQUE
