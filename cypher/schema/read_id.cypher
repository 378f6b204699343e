// schema/read_id
// No two READ relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT read_id IF NOT EXISTS
FOR ()-[r:READ]-() REQUIRE r.id IS UNIQUE
