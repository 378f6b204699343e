// schema/used_credentials_id
// No two USED_CREDENTIALS relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT used_credentials_id IF NOT EXISTS
FOR ()-[r:USED_CREDENTIALS]-() REQUIRE r.id IS UNIQUE
