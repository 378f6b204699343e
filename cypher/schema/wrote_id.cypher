// schema/wrote_id
// No two WROTE relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT wrote_id IF NOT EXISTS
FOR ()-[r:WROTE]-() REQUIRE r.id IS UNIQUE
