// entity/find/file
// Find File nodes by id or by any of their names, whatever the case; of the tenants given.
// mode: read
// params: names: list[str], clients: list[str]?
// returns: id: str
// example: {"names": ["file-1"]}
CALL {
  UNWIND $names AS name
  MATCH (n:File {id: name})
  RETURN n
  UNION
  UNWIND $names AS name
  MATCH (n:File)
  WHERE n.search CONTAINS toLower(name) AND (toLower(n.name) = toLower(name) OR toLower(n.path) = toLower(name)
       OR toLower(n.md5) = toLower(name) OR toLower(n.sha1) = toLower(name) OR toLower(n.sha256) = toLower(name)
       OR any(other IN n.names WHERE toLower(other) = toLower(name))
       OR any(other IN n.paths WHERE toLower(other) = toLower(name)))
  RETURN n
}
WITH n
WHERE $clients IS NULL OR n.client_id IN $clients
RETURN DISTINCT n.id AS id
ORDER BY id
