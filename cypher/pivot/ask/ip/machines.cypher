// pivot/ask/ip/machines
// Machines that had this address.
// mode: read
// params: id: str, since: datetime?, until: datetime?, limit: int = 100
// returns: node: node
// example: {"id": "ip-1"}
MATCH (ip:IP {id: $id})<-[h:HAD_IP]-(m:Machine)
WHERE ($since IS NULL OR h.end >= $since) AND ($until IS NULL OR h.start < $until)
RETURN DISTINCT m AS node
ORDER BY node.id
LIMIT $limit
