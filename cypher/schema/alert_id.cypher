// schema/alert_id
// No two Alert nodes share an id.
// mode: schema
// params: none
// returns: none
CREATE CONSTRAINT alert_id IF NOT EXISTS
FOR (n:Alert) REQUIRE n.id IS UNIQUE
