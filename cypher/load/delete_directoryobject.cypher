// load/delete_directoryobject
// Delete DirectoryObject nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["directoryobject-1"]}
UNWIND $ids AS id
MATCH (n:DirectoryObject {id: id})
DETACH DELETE n
