// schema/url_id
// No two URL nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT url_id IF NOT EXISTS
FOR (n:URL) REQUIRE n.id IS UNIQUE
