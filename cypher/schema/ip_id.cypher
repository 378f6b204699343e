// schema/ip_id
// No two IP nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT ip_id IF NOT EXISTS
FOR (n:IP) REQUIRE n.id IS UNIQUE
