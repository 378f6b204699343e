// schema/flagged_id
// No two FLAGGED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT flagged_id IF NOT EXISTS
FOR ()-[r:FLAGGED]-() REQUIRE r.id IS UNIQUE
