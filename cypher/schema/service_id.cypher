// schema/service_id
// No two Service nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT service_id IF NOT EXISTS
FOR (n:Service) REQUIRE n.id IS UNIQUE
