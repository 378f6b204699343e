// schema/file_name
// Find File nodes by name.
// mode: schema
// params: none
// returns: none
CREATE INDEX file_name IF NOT EXISTS
FOR (n:File) ON (n.name)
