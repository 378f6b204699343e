// schema/directoryobject_id
// No two DirectoryObject nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT directoryobject_id IF NOT EXISTS
FOR (n:DirectoryObject) REQUIRE n.id IS UNIQUE
