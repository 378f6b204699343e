// schema/authenticated_id
// No two AUTHENTICATED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT authenticated_id IF NOT EXISTS
FOR ()-[r:AUTHENTICATED]-() REQUIRE r.id IS UNIQUE
