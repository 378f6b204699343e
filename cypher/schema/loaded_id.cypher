// schema/loaded_id
// No two LOADED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT loaded_id IF NOT EXISTS
FOR ()-[r:LOADED]-() REQUIRE r.id IS UNIQUE
