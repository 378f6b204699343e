// schema/possible_logon_id
// No two POSSIBLE_LOGON relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT possible_logon_id IF NOT EXISTS
FOR ()-[r:POSSIBLE_LOGON]-() REQUIRE r.id IS UNIQUE
