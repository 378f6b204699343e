// schema/group_id
// No two Group nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT group_id IF NOT EXISTS
FOR (n:Group) REQUIRE n.id IS UNIQUE
