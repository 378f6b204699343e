// schema/installed_id
// No two INSTALLED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT installed_id IF NOT EXISTS
FOR ()-[r:INSTALLED]-() REQUIRE r.id IS UNIQUE
