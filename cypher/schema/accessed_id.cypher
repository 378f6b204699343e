// schema/accessed_id
// No two ACCESSED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT accessed_id IF NOT EXISTS
FOR ()-[r:ACCESSED]-() REQUIRE r.id IS UNIQUE
