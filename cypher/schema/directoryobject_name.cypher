// schema/directoryobject_name
// Find DirectoryObject nodes by name.
// mode: schema
// params: none
// returns: none
CREATE INDEX directoryobject_name IF NOT EXISTS
FOR (n:DirectoryObject) ON (n.name)
