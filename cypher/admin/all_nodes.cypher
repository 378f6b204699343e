// admin/all_nodes
// Every node with its label and properties, to compare the database with the workspace.
// mode: read
// params: none
// returns: label: str, id: str, props: map
// allow: AllNodesScan because the digest and the repair after an interrupted load need every node
MATCH (n)
RETURN labels(n)[0] AS label, n.id AS id, properties(n) AS props
