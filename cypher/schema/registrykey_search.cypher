// schema/registrykey_search
// Find RegistryKey nodes by search.
// mode: schema
// params: none
// returns: none
CREATE INDEX registrykey_search IF NOT EXISTS
FOR (n:RegistryKey) ON (n.search)
