// schema/ran_id
// No two RAN relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT ran_id IF NOT EXISTS
FOR ()-[r:RAN]-() REQUIRE r.id IS UNIQUE
