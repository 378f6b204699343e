// admin/all_relationships
// Every relationship with its ends, type and properties, to compare the database with the workspace.
// mode: read
// params: none
// returns: type: str, id: str, from_label: str, from_id: str, to_label: str, to_id: str, props: map
// allow: DirectedAllRelationshipsScan because the digest and the repair after an interrupted load need every relationship
MATCH (a)-[r]->(b)
RETURN type(r) AS type, r.id AS id, labels(a)[0] AS from_label, a.id AS from_id,
       labels(b)[0] AS to_label, b.id AS to_id, properties(r) AS props
