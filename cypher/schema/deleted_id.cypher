// schema/deleted_id
// No two DELETED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT deleted_id IF NOT EXISTS
FOR ()-[r:DELETED]-() REQUIRE r.id IS UNIQUE
