// schema/started_id
// No two STARTED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT started_id IF NOT EXISTS
FOR ()-[r:STARTED]-() REQUIRE r.id IS UNIQUE
