// schema/service_name
// Find Service nodes by name.
// mode: schema
// params: none
// returns: none
CREATE INDEX service_name IF NOT EXISTS
FOR (n:Service) ON (n.name)
