// schema/possible_session_id
// No two POSSIBLE_SESSION relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT possible_session_id IF NOT EXISTS
FOR ()-[r:POSSIBLE_SESSION]-() REQUIRE r.id IS UNIQUE
