// schema/renamed_id
// No two RENAMED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT renamed_id IF NOT EXISTS
FOR ()-[r:RENAMED]-() REQUIRE r.id IS UNIQUE
