// schema/queried_id
// No two QUERIED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT queried_id IF NOT EXISTS
FOR ()-[r:QUERIED]-() REQUIRE r.id IS UNIQUE
