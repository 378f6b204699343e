// schema/executed_id
// No two EXECUTED relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT executed_id IF NOT EXISTS
FOR ()-[r:EXECUTED]-() REQUIRE r.id IS UNIQUE
