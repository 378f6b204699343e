// schema/resolved_to_id
// No two RESOLVED_TO relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT resolved_to_id IF NOT EXISTS
FOR ()-[r:RESOLVED_TO]-() REQUIRE r.id IS UNIQUE
