// entity/find/user
// Find User nodes by id or by any of their names, with the domain or without, whatever the case; of the tenants given.
// mode: read
// params: names: list[str], clients: list[str]?
// returns: id: str
// example: {"names": ["user-1"]}
CALL {
  UNWIND $names AS name
  MATCH (n:User {id: name})
  RETURN n
  UNION
  UNWIND $names AS name
  MATCH (n:User)
  WHERE n.search CONTAINS last(split(toLower(name), '\\')) AND (toLower(n.name) = toLower(name)
       OR toLower(n.domain + '\\' + n.name) = toLower(name) OR any(other IN n.aliases WHERE toLower(other) = toLower(name)))
  RETURN n
}
WITH n
WHERE $clients IS NULL OR n.client_id IN $clients
RETURN DISTINCT n.id AS id
ORDER BY id
