// admin/indexes
// Names of the indexes that are there, and of the constraints they serve.
// mode: read
// params: none
// returns: name: str, owningConstraint: str
// allow: DifferentRows because each engine names its own indexes
SHOW INDEXES YIELD name, owningConstraint
