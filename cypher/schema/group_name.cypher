// schema/group_name
// Find Group nodes by name.
// mode: schema
// params: none
// returns: none
CREATE INDEX group_name IF NOT EXISTS
FOR (n:Group) ON (n.name)
