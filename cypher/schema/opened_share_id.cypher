// schema/opened_share_id
// No two OPENED_SHARE relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT opened_share_id IF NOT EXISTS
FOR ()-[r:OPENED_SHARE]-() REQUIRE r.id IS UNIQUE
