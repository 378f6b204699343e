// schema/file_id
// No two File nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT file_id IF NOT EXISTS
FOR (n:File) REQUIRE n.id IS UNIQUE
