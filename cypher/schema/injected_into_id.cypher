// schema/injected_into_id
// No two INJECTED_INTO relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT injected_into_id IF NOT EXISTS
FOR ()-[r:INJECTED_INTO]-() REQUIRE r.id IS UNIQUE
