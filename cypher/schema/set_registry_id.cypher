// schema/set_registry_id
// No two SET_REGISTRY relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT set_registry_id IF NOT EXISTS
FOR ()-[r:SET_REGISTRY]-() REQUIRE r.id IS UNIQUE
