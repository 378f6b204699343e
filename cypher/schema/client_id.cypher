// schema/client_id
// No two Client nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT client_id IF NOT EXISTS
FOR (n:Client) REQUIRE n.id IS UNIQUE
