// schema/image_id
// No two IMAGE relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT image_id IF NOT EXISTS
FOR ()-[r:IMAGE]-() REQUIRE r.id IS UNIQUE
