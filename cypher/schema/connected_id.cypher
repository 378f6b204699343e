// schema/connected_id
// No two CONNECTED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT connected_id IF NOT EXISTS
FOR ()-[r:CONNECTED]-() REQUIRE r.id IS UNIQUE
