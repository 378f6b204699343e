// entity/find/alert
// Find Alert nodes by id, detection id, rule or product, whatever the case; of the tenants given.
// mode: read
// params: names: list[str], clients: list[str]?
// returns: id: str
// example: {"names": ["alert-1", "RULE 2"]}
CALL {
  UNWIND $names AS name
  MATCH (n:Alert {id: name})
  RETURN n
  UNION
  UNWIND $names AS name
  MATCH (n:Alert)
  WHERE toLower(n.rule) = toLower(name) OR toLower(n.detection_id) = toLower(name)
     OR toLower(n.product) = toLower(name) OR toLower(n.name) = toLower(name)
  RETURN n
}
WITH n
WHERE $clients IS NULL OR n.client_id IN $clients
RETURN DISTINCT n.id AS id
ORDER BY id
