// schema/user_name
// Find User nodes by name.
// mode: schema
// params: none
// returns: none
CREATE INDEX user_name IF NOT EXISTS
FOR (n:User) ON (n.name)
