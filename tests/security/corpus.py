"""Statements an analyst must not run, by what they try; `{port}` is a listener that must never be called.

Beside them: statements an analyst must be able to run.
"""

from __future__ import annotations

WRITES = """
CREATE (n:Evil {id: 'x'})
CREATE (n:Evil {id: 'x'}) RETURN n
MATCH (u:User) CREATE (u)-[:EVIL]->(u)
MATCH (a:User), (b:Machine) CREATE (a)-[:LOGGED_ON {id: 'evil'}]->(b)
MERGE (n:Evil {id: 'x'})
MERGE (n:User {id: 'u0'})
MERGE (n:User {id: 'u0'}) ON MATCH SET n.name = 'evil'
MERGE (n:User {id: 'new'}) ON CREATE SET n.name = 'evil'
MATCH (u:User) SET u.name = 'evil'
MATCH (u:User) SET u += {name: 'evil'}
MATCH (u:User) SET u = {id: 'u0'}
MATCH (u:User) SET u:Evil
MATCH (u:User) REMOVE u.name
MATCH (u:User) REMOVE u:User
MATCH (u:User) DELETE u
MATCH (u:User) DETACH DELETE u
MATCH (u:User) NODETACH DELETE u
MATCH ()-[r]->() DELETE r
MATCH p = (:User)-->() DELETE p
MATCH (u:User) FOREACH (x IN [1] | SET u.name = 'evil')
MATCH (u:User) FOREACH (x IN [1, 2] | CREATE (:Evil))
UNWIND [1, 2, 3] AS x CREATE (:Evil {id: x})
UNWIND $rows AS row CREATE (n:Evil) SET n = row
MATCH (u:User) CALL { WITH u SET u.name = 'evil' } RETURN u
MATCH (u:User) CALL (u) { SET u.name = 'evil' } RETURN u
CALL { CREATE (:Evil) }
CALL { CREATE (n:Evil) RETURN n } RETURN n
CALL { MATCH (u:User) DETACH DELETE u } IN TRANSACTIONS
MATCH (u:User) CALL (u) { DETACH DELETE u } IN TRANSACTIONS OF 1 ROWS
MATCH (u:User) CALL (u) { DETACH DELETE u } IN 2 CONCURRENT TRANSACTIONS
MATCH (u:User) WITH u LIMIT 1 SET u.name = 'evil' RETURN u
OPTIONAL MATCH (u:User) DELETE u
MATCH (u:User) WITH collect(u) AS us FOREACH (u IN us | DELETE u)
RETURN 1 AS x UNION CREATE (n:Evil) RETURN 1 AS x
MATCH (u:User) RETURN u UNION ALL MATCH (u:User) SET u.name = 'evil' RETURN u
INSERT (:Evil {id: 'x'})
MATCH (u:User) INSERT (u)-[:EVIL]->(:Evil)
CREATE CONSTRAINT evil FOR (n:Evil) REQUIRE n.id IS UNIQUE
CREATE INDEX evil FOR (n:User) ON (n.name)
CREATE FULLTEXT INDEX evil FOR (n:User) ON EACH [n.name]
CREATE RANGE INDEX evil IF NOT EXISTS FOR ()-[r:LOGGED_ON]-() ON (r.start)
DROP CONSTRAINT user_id
DROP INDEX user_name IF EXISTS
MATCH (u:User) WHERE exists { MATCH (u) SET u.name = 'evil' } RETURN u
RETURN [x IN [1] | (CREATE (:Evil))]
"""

LOAD_CSV = """
LOAD CSV FROM 'file:///etc/hostname' AS line RETURN line
LOAD CSV FROM 'file:///../../etc/hostname' AS line RETURN line
LOAD CSV WITH HEADERS FROM 'file:///etc/passwd' AS line RETURN line
LOAD CSV FROM 'http://127.0.0.1:{port}/x' AS line RETURN line
LOAD CSV FROM 'http://localhost:{port}/x' AS line RETURN line
LOAD CSV FROM 'http://[::1]:{port}/x' AS line RETURN line
LOAD CSV FROM 'ftp://127.0.0.1:{port}/x' AS line RETURN line
LOAD CSV FROM $url AS line RETURN line
load csv from 'http://127.0.0.1:{port}/x' as line return line
LoAd CsV FrOm 'http://127.0.0.1:{port}/x' As line ReTuRn line
LOAD/**/CSV FROM 'http://127.0.0.1:{port}/x' AS line RETURN line
LOAD // a comment⏎  CSV FROM 'http://127.0.0.1:{port}/x' AS line RETURN line
CALL { LOAD CSV FROM 'http://127.0.0.1:{port}/x' AS line RETURN line } RETURN line
MATCH (u:User) LOAD CSV FROM 'http://127.0.0.1:{port}/' + u.name AS line RETURN line
UNWIND ['a'] AS x LOAD CSV FROM 'http://127.0.0.1:{port}/' + x AS line RETURN line
USING PERIODIC COMMIT 500 LOAD CSV FROM 'http://127.0.0.1:{port}/x' AS line RETURN line
"""

CALLS = """
CALL db.clearQueryCaches()
CALL db.createLabel('Evil')
CALL db.createProperty('evil')
CALL db.createRelationshipType('EVIL')
CALL db.awaitIndexes()
CALL db.resampleIndex('user_id')
CALL db.prepareForReplanning(1)
CALL db.info()
CALL db.ping()
CALL db.schema.visualization()
CALL db.stats.collect('QUERIES')
CALL db.stats.retrieve('GRAPH COUNTS')
CALL dbms.listConfig()
CALL dbms.setConfigValue('db.transaction.timeout', '0')
CALL dbms.killConnection('bolt-1')
CALL dbms.listConnections()
CALL dbms.queryJmx('*:*')
CALL dbms.components()
CALL dbms.security.createUser('evil', 'evil', false)
CALL tx.setMetaData({a: 1})
CALL apoc.cypher.doIt('CREATE (:Evil)', {})
CALL apoc.load.json('http://127.0.0.1:{port}/x')
CALL apoc.export.csv.all('evil.csv', {})
CALL apoc.periodic.iterate('RETURN 1', 'CREATE (:Evil)', {})
CALL apoc.trigger.add('evil', 'CREATE (:Evil)', {})
CALL gds.graph.drop('x')
CALL `db`.`clearQueryCaches`()
CALL db . clearQueryCaches ( )
CALL/**/db.clearQueryCaches/**/()
call DB.CLEARQUERYCACHES() yield value return value
MATCH (u:User) CALL db.createLabel(u.name) RETURN u
CALL { CALL db.clearQueryCaches() YIELD value RETURN value } RETURN value
RETURN apoc.cypher.runFirstColumnSingle('CREATE (:Evil)', {})
RETURN apoc.load.json('http://127.0.0.1:{port}/x')
RETURN `apoc`.`cypher`.`runFirstColumn`('RETURN 1', {}, true)
RETURN file('/etc/passwd')
RETURN linenumber()
RETURN sql('DELETE FROM User')
"""

ADMIN = """
SHOW SETTINGS
SHOW TRANSACTIONS
SHOW TRANSACTIONS YIELD *
SHOW USERS
SHOW DATABASES
SHOW INDEXES
SHOW CONSTRAINTS
SHOW PROCEDURES
SHOW FUNCTIONS
SHOW CURRENT USER
SHOW SUPPORTED PRIVILEGES
TERMINATE TRANSACTIONS 'neo4j-transaction-1'
TERMINATE TRANSACTION $id
show/**/transactions yield transactionId terminate transactions transactionId
USE system SHOW USERS
USE neo4j MATCH (n) RETURN n
USE graph.byName('system') MATCH (n) RETURN n
CREATE USER evil SET PASSWORD 'evil12345' CHANGE NOT REQUIRED
ALTER USER neo4j SET PASSWORD 'evil12345'
ALTER CURRENT USER SET PASSWORD FROM 'a' TO 'b'
DROP USER neo4j
RENAME USER neo4j TO evil
CREATE DATABASE evil
DROP DATABASE neo4j
STOP DATABASE neo4j
CREATE ALIAS evil FOR DATABASE neo4j
GRANT ROLE admin TO neo4j
DENY READ {*} ON GRAPH * TO PUBLIC
REVOKE ROLE admin FROM neo4j
ENABLE SERVER 'x'
DEALLOCATE DATABASES FROM SERVER 'x'
EXPLAIN MATCH (n) RETURN n
PROFILE MATCH (n:User) RETURN n
CYPHER runtime=slotted MATCH (n:User) RETURN n
CYPHER 25 MATCH (n:User) RETURN n
START DATABASE neo4j
"""

DISGUISES = """
MATCH (u:User) RETURN u; CREATE (:Evil)
MATCH (u:User) RETURN u;
;CREATE (:Evil)
/* a comment */ CREATE (:Evil)
// a comment⏎CREATE (:Evil)
MATCH (u:User) /* RETURN u */ SET u.name = 'evil'
MATCH (u:User) // RETURN u⏎SET u.name = 'evil'
MATCH (u:User {name: '/*'}) SET u.name = '*/'
MATCH (u:User {name: '//'}) SET u.name = 'evil'
MATCH (u:User {name: "it's"}) SET u.name = "it's"
MATCH (u:User {name: 'a\\'b'}) SET u.name = 'evil'
MATCH (u:User {name: 'a\\\\'}) SET u.name = 'evil'
MATCH (u:User) WHERE u.name = '`' SET u.name = '`'
MATCH (`u`:User) SET `u`.name = 'evil'
MATCH (`SET`:User) SET `SET`.name = 'evil'
MATCH (u:`User`)SET u.name='evil'
MATCH (u:User)WITH u SET u.`name`='evil'
MATCH (u:User)\tSET\tu.name = 'evil'
MATCH (u:User)\r⏎SET\r⏎u.name = 'evil'
MATCH (u:User)\u000bSET\u000bu.name = 'evil'
MATCH (u:User)\u00a0SET\u00a0u.name = 'evil'
MATCH (u:User)\u2003SET\u2003u.name = 'evil'
MATCH (u:User)\u2028SET u.name = 'evil'
MATCH (u:User) sEt u.name = 'evil'
MATCH (u:User) \\u0053ET u.name = 'evil'
\\u0043REATE (:Evil)
CREATE/**/(:Evil)
CR/**/EATE (:Evil)
CREATE(:Evil)
/**/CREATE/**/(:Evil)/**/
MATCH (u:User) RETURN u /* unclosed
MATCH (u:User) WHERE u.name = 'unclosed RETURN u
MATCH (u:User) RETURN `unclosed
RETURN 1 AS set SET set.x = 1
MATCH (n) WITH n AS x, 1 AS `y` DETACH/* */DELETE x
MATCH (a)-[r:LOGGED_ON|SET]->(b) SET r.x = 1
MATCH (u:User) RETURN CASE WHEN true THEN u.name END UNION MATCH (v:User) SET v.name = 'evil' RETURN v.name
MATCH (u:User) WHERE u.name =~ 'x' OR exists { CREATE (:Evil) } RETURN u
WITH {create: 1} AS m CREATE (:Evil {x: m.create})
MATCH (u:User:SET) SET u.x = 1
UNWIND [{set: 1}] AS row MATCH (u:User) SET u.x = row.set
{ CREATE (:Evil) }
(CREATE (:Evil))
RETURN 1 NEXT CREATE (:Evil)
WHEN true THEN CREATE (:Evil)
LET x = 1 CREATE (:Evil)
RETURN 'a' + /* ' */ 'b' AS x UNION CREATE (:Evil) RETURN 1 AS x
\ufeffCREATE (:Evil)
\u202eCREATE (:Evil)
MATCH (u:User)\x00SET u.name = 'evil'
"""

BOUNDS = """
MATCH (a:User)-[*]->(b) RETURN b
MATCH (a:User)-[*1..]->(b) RETURN b
MATCH (a:User)-[r*]-(b) RETURN b
MATCH (a:User)-[:LOGGED_ON*2..]->(b) RETURN b
MATCH (a:User)-[*..99]->(b) RETURN b
MATCH (a:User)-[*99]->(b) RETURN b
MATCH p = shortestPath((a:User)-[*]-(b:User)) RETURN p
MATCH p = allShortestPaths((a:User)-[:LOGGED_ON*]-(b:User)) RETURN p
MATCH ((a)-[:SPAWNED]->(b))+ RETURN a
MATCH ((a)-[:SPAWNED]->(b))* RETURN a
MATCH ((a)-[:SPAWNED]->(b)){1,} RETURN a
MATCH ((a)-[:SPAWNED]->(b)){,40} RETURN a
MATCH (a)-[:SPAWNED]->+(b) RETURN a
MATCH (a)-[:SPAWNED]->*(b) RETURN a
MATCH (a)-[:SPAWNED]->{2,}(b) RETURN a
MATCH (a)--+(b) RETURN a
"""


AMBIGUOUS = """
MATCH (u:User {name: '\\' SET u.name = 1 //'}) RETURN u
MATCH (u:User {name: "\\" DETACH DELETE u //"}) RETURN u
MATCH (u:User) RETURN 'a''; CREATE (:Evil) //'
MATCH (u:User) // \u2028 x⏎RETURN u
RETURN '\\\\' AS x, '//' AS y
"""
"""Texts that pass the guard by our reading of strings; another reading would make them write."""


def statements(text: str) -> list[str]:
    """Split a block into statements, one a line; a return sign stands for a line end inside."""
    return [line.replace("⏎", "\n") for line in text.strip("\n").split("\n")]


CORPUS = [line for block in (WRITES, LOAD_CSV, CALLS, ADMIN, DISGUISES, BOUNDS) for line in statements(block)]

LEGAL = """
MATCH (u:User) RETURN u
MATCH (u:User {id: $id}) RETURN u.name AS name, u.set AS `set`, u.create AS c
MATCH (u:User)-[l:LOGGED_ON]->(m:Machine) RETURN u, l, m ORDER BY l.start DESC LIMIT 10
MATCH (u:User)-[l:LOGGED_ON]->(m:Machine)-[:RAN]->(p:Process)-[:CONNECTED]->(i) WHERE p.logon_id = l.logon_id RETURN i
MATCH (a:Machine)-[r:REMOTE_LOGON*1..4]->(b:Machine) RETURN a.id, b.id, size(r)
MATCH p = shortestPath((a:Machine {id: 'm0'})-[:REMOTE_LOGON*..8]->(b:Machine {id: 'm1'})) RETURN p
MATCH p = allShortestPaths((a:User)-[*..4]-(b:User)) WHERE a.id < b.id RETURN p LIMIT 5
MATCH ((a:Process)-[:SPAWNED]->(b:Process)){1,5} RETURN a LIMIT 5
MATCH (u:User) WHERE u.name STARTS WITH 'User' AND NOT u.name ENDS WITH 'x' OR u.name CONTAINS 'y' RETURN count(*)
MATCH (u:User) WHERE u.name =~ '(?i)user.*' RETURN u.id
MATCH (u:User) WHERE EXISTS { (u)-[:LOGGED_ON]->(:Machine) } RETURN u.id
MATCH (u:User) RETURN u.id, COUNT { (u)-[:LOGGED_ON]->() } AS logons
MATCH (u:User) RETURN u.id, [(u)-[l:LOGGED_ON]->(m) | m.id] AS machines
MATCH (u:User) RETURN u {.id, .name, kind: 'x'} AS map
OPTIONAL MATCH (u:User {id: 'none'}) RETURN coalesce(u.name, 'nobody')
UNWIND [3, 1, 2] AS x WITH x ORDER BY x RETURN collect(x) AS xs
UNWIND range(1, 10) AS x RETURN sum(x), avg(x), min(x), max(x), stDev(x), percentileCont(x, 0.5)
WITH 'a;b' AS text, "it's; CREATE (n)" AS other RETURN text, other
WITH 1 AS `x y` RETURN `x y` AS `SET me`
RETURN 'CREATE (:Evil)' AS text, '// no comment' AS slash, '/* none */' AS star
RETURN {set: 1, create: 2, `delete`: 3} AS map
MATCH (u:User) RETURN CASE WHEN u.name IS NULL THEN 'none' ELSE toLower(u.name) END AS name
MATCH (u:User) RETURN CASE u.kind WHEN 'person' THEN 1 ELSE 0 END AS person
MATCH (u:User) WITH u, size(u.name) AS n WHERE n > 3 RETURN u.id, n SKIP 0 LIMIT 5
MATCH (u:User) CALL (u) { MATCH (u)-[l:LOGGED_ON]->() RETURN count(l) AS n } RETURN u.id, n
CALL { MATCH (u:User) RETURN u.id AS id UNION MATCH (m:Machine) RETURN m.id AS id } RETURN id ORDER BY id
CALL db.labels()
CALL db.labels() YIELD label RETURN label ORDER BY label
CALL db.relationshipTypes() YIELD relationshipType RETURN relationshipType
CALL db.propertyKeys() YIELD propertyKey RETURN count(*)
MATCH (u:User) RETURN u.id UNION MATCH (m:Machine) RETURN m.id AS `u.id`
MATCH (u:User) RETURN u.id AS id UNION ALL MATCH (m:Machine) RETURN m.id AS id
MATCH (a:User), (b:Machine) WHERE a.id = b.id RETURN a, b
MATCH (a)-->(b)<--(c) WHERE a.id <> c.id RETURN a.id, b.id, c.id LIMIT 3
MATCH (a:User)-[r]-(b) RETURN type(r), labels(b), keys(r), properties(r) LIMIT 3
MATCH (p:Process) WHERE any(x IN split(p.command_line, ' ') WHERE x = '-enc') RETURN p
MATCH (p:Process) WHERE all(x IN [1] WHERE x > 0) AND none(x IN [1] WHERE x < 0) RETURN count(p)
MATCH (p:Process) WHERE single(x IN [1] WHERE x = 1) RETURN count(p)
RETURN reduce(total = 0, x IN [1, 2, 3] | total + x) AS total
RETURN [x IN range(1, 5) WHERE x % 2 = 0 | x * 2] AS even
RETURN (1 + 2) * 3 AS nine, (2) + (3) AS five, 2 ^ 3 AS eight, 7 % 4 AS three
RETURN (count(*)) * 2 AS n
MATCH (u:User) RETURN (u.first_seen - 1) * 2 AS x LIMIT 1
RETURN substring('abc', 1, 1) + left('abc', 1) + right('abc', 1) + trim(' a ') + replace('abc', 'b', 'x') AS t
RETURN toInteger('1') + toFloat('2.5') AS n, toString(3) AS s, toBoolean('true') AS b
RETURN abs(-1), ceil(1.2), floor(1.8), round(1.5), sign(-2), sqrt(4), log(1), exp(0), pi()
RETURN head([1, 2]), last([1, 2]), tail([1, 2]), reverse([1, 2]), size([1, 2]), isEmpty([])
RETURN date('2026-01-01').year AS y, datetime({epochMillis: 0}).year AS z, duration({days: 1}).days AS d
RETURN duration.inSeconds(datetime('2026-01-01T00:00:00Z'), datetime('2026-01-02T00:00:00Z')).seconds AS s
MATCH (n:User|Machine) RETURN n.id
MATCH (u:User)-[l:LOGGED_ON|FAILED_LOGON]->(m) RETURN count(*)
MATCH (u:User) WHERE u.first_seen IN [1, 2] XOR u.id IS NOT NULL RETURN u.id
MATCH (u:User) RETURN DISTINCT u.kind, count(DISTINCT u.id)
MATCH (u:User) WITH collect(u.id) AS ids RETURN ids[0], ids[0..2], ids[-1]
MATCH (u:User) WHERE u['name'] = $name RETURN u.id
MATCH (u:User)-[l:LOGGED_ON WHERE l.start > 5]->(m) RETURN u.id
MATCH (start:User)-[r:LOGGED_ON]->(end:Machine) RETURN start.id, end.id, r.start, r.end
MATCH (`load`:User) WHERE `load`.id = 'u0' RETURN 1
match (u:User) where u.name is not null return u.id order by u.id asc skip 1 limit 2
MATCH (u:User) // who⏎/* and when */ RETURN u.id, u.first_seen
MATCH p = (u:User)-[:LOGGED_ON]->() RETURN nodes(p), relationships(p), length(p) LIMIT 2
MATCH (n:User) RETURN elementId(n) IS NOT NULL AS known, exists((n)-->()) AS linked
"""
