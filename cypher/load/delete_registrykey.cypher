// load/delete_registrykey
// Delete RegistryKey nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["registrykey-1"]}
UNWIND $ids AS id
MATCH (n:RegistryKey {id: id})
DETACH DELETE n
