// schema/possible_member_of_id
// No two POSSIBLE_MEMBER_OF relationships share an id, and one is found by it.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT possible_member_of_id IF NOT EXISTS
FOR ()-[r:POSSIBLE_MEMBER_OF]-() REQUIRE r.id IS UNIQUE
