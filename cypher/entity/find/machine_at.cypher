// entity/find/machine_at
// Find the machines that had an address.
// mode: read
// params: addresses: list[str], since: datetime?, until: datetime?
// returns: id: str
// example: {"addresses": ["ip-1"]}
UNWIND $addresses AS address
MATCH (:IP {id: address})<-[r:HAD_IP]-(m:Machine)
WHERE ($since IS NULL OR r.end >= $since) AND ($until IS NULL OR r.start < $until)
RETURN DISTINCT m.id AS id
ORDER BY id
