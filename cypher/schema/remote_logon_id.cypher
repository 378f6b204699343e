// schema/remote_logon_id
// No two REMOTE_LOGON relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT remote_logon_id IF NOT EXISTS
FOR ()-[r:REMOTE_LOGON]-() REQUIRE r.id IS UNIQUE
