// load/delete_analysisrun
// Delete AnalysisRun nodes by id, with their relationships.
// mode: write
// params: ids: list[str]
// returns: none
// example: {"ids": ["analysisrun-1"]}
UNWIND $ids AS id
MATCH (n:AnalysisRun {id: id})
DETACH DELETE n
