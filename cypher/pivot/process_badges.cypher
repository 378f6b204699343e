// pivot/process_badges
// What the given processes did, counted per relationship type.
// mode: read
// params: ids: list[str]
// returns: id: str, relation: str, relationships: int
// example: {"ids": ["process-1", "process-2"]}
UNWIND $ids AS id
MATCH (p:Process {id: id})-[r]->()
RETURN p.id AS id, type(r) AS relation, count(r) AS relationships
ORDER BY id, relation
