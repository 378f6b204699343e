// schema/domain_id
// No two Domain nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT domain_id IF NOT EXISTS
FOR (n:Domain) REQUIRE n.id IS UNIQUE
