// schema/analysisrun_id
// No two AnalysisRun nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT analysisrun_id IF NOT EXISTS
FOR (n:AnalysisRun) REQUIRE n.id IS UNIQUE
