// schema/user_id
// No two User nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT user_id IF NOT EXISTS
FOR (n:User) REQUIRE n.id IS UNIQUE
