// entity/find/client
// Find tenants by id; without any, all.
// mode: read
// params: names: list[str]?
// returns: id: str
MATCH (c:Client)
WHERE $names IS NULL OR c.id IN $names
RETURN c.id AS id
ORDER BY id
