// schema/failed_logon_id
// No two FAILED_LOGON relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT failed_logon_id IF NOT EXISTS
FOR ()-[r:FAILED_LOGON]-() REQUIRE r.id IS UNIQUE
