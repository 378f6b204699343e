// schema/hosts_id
// No two HOSTS relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT hosts_id IF NOT EXISTS
FOR ()-[r:HOSTS]-() REQUIRE r.id IS UNIQUE
