"""Incidents on a user's Neo4j: any tool that reads the database finds what belongs to which incident."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphhunt.hunt import Hunt
from graphhunt.lab.generator import generate_demo
from tests.conftest import empty, small_settings
from tests.neo4j_server import Neo4jServer


@pytest.mark.neo4j
def test_what_is_written_stands_in_the_database(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The planted machines, their logons, processes with commands in clear, and the calls to the outside."""
    server: Neo4jServer = request.getfixturevalue("neo4j_home")
    truth = generate_demo(tmp_path / "logs", seed=3)
    (chain,) = truth.chains
    machines = sorted([chain.start, *(hop.dst for hop in chain.hops)])
    outside = (chain.hops[0].c2 or "").partition(":")[0]
    with Hunt(tmp_path / "case", server.url, small_settings(db_password=server.password)) as hunt:
        empty(hunt.store)
        hunt.load(tmp_path / "logs")
        best = hunt.incidents(write=True)[0]
        asked = "MATCH (m:Machine) WHERE m.incident_id = $id RETURN m.name AS name ORDER BY name"
        assert [name for (name,) in hunt.query(asked, {"id": best.id}).rows] == machines
        asked = "MATCH ()-[r:REMOTE_LOGON]->() WHERE r.incident_id = $id RETURN count(DISTINCT r.act) AS acts"
        assert hunt.query(asked, {"id": best.id}).rows[0][0] >= len(chain.hops)
        asked = (
            "MATCH (p:Process) WHERE p.incident_id = $id AND p.incident_decoded CONTAINS 'http' RETURN count(p) AS n"
        )
        assert hunt.query(asked, {"id": best.id}).rows == [[len(machines)]]
        asked = "MATCH (:Process)-[r:CONNECTED]->(a:IP) WHERE r.incident_id = $id RETURN DISTINCT a.id AS address"
        assert hunt.query(asked, {"id": best.id}).rows == [[outside]]
        empty(hunt.store)
