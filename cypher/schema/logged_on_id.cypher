// schema/logged_on_id
// No two LOGGED_ON relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT logged_on_id IF NOT EXISTS
FOR ()-[r:LOGGED_ON]-() REQUIRE r.id IS UNIQUE
