// schema/read_registry_id
// No two READ_REGISTRY relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT read_registry_id IF NOT EXISTS
FOR ()-[r:READ_REGISTRY]-() REQUIRE r.id IS UNIQUE
