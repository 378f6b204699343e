// schema/registrykey_id
// No two RegistryKey nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT registrykey_id IF NOT EXISTS
FOR (n:RegistryKey) REQUIRE n.id IS UNIQUE
