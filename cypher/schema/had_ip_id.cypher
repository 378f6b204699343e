// schema/had_ip_id
// No two HAD_IP relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT had_ip_id IF NOT EXISTS
FOR ()-[r:HAD_IP]-() REQUIRE r.id IS UNIQUE
