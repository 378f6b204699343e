// schema/machine_name
// Find Machine nodes by name.
// mode: schema
// params: none
// returns: none
CREATE INDEX machine_name IF NOT EXISTS
FOR (n:Machine) ON (n.name)
