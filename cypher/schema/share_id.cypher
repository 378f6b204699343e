// schema/share_id
// No two Share nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT share_id IF NOT EXISTS
FOR (n:Share) REQUIRE n.id IS UNIQUE
