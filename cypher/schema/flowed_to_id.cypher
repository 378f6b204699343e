// schema/flowed_to_id
// No two FLOWED_TO relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT flowed_to_id IF NOT EXISTS
FOR ()-[r:FLOWED_TO]-() REQUIRE r.id IS UNIQUE
