// pivot/search/realm
// Find realms by a piece of any of their names; whole names first, then beginnings.
// `text` is lower case, as the search property is.
// mode: read
// params: text: str, limit: int = 20
// returns: node: node, rank: int
// example: {"text": "realm"}
MATCH (n:Realm)
WHERE n.search CONTAINS $text
WITH n, CASE WHEN n.search = $text THEN 0 WHEN n.search STARTS WITH $text THEN 1 ELSE 2 END AS rank
RETURN n AS node, rank
ORDER BY rank, n.id
LIMIT $limit
