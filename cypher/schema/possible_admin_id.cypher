// schema/possible_admin_id
// No two POSSIBLE_ADMIN relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT possible_admin_id IF NOT EXISTS
FOR ()-[r:POSSIBLE_ADMIN]-() REQUIRE r.id IS UNIQUE
