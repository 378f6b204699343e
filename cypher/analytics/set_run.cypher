// analytics/set_run
// Record a run of an analytic, or set its properties.
// mode: write
// params: id: str, props: map
// returns: none
// example: {"id": "sessions/000001a", "props": {"name": "sessions", "state": "writing"}}
MERGE (r:AnalysisRun {id: $id})
SET r += $props
