"""`hunt lateral-movement` on a loaded case, on both engines: findings, lists, and what is written to the logons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from graphhunt.errors import UsageError
from graphhunt.hunt import Hunt
from graphhunt.lab.generator import Truth, generate_demo
from graphhunt.lateral.detector.findings import PROPERTIES
from graphhunt.store.embedded import stop_engine
from tests.conftest import empty, small_settings
from tests.neo4j_server import Neo4jServer

ATTACK = {"winrm": "T1021.006", "psexec": "T1569.002", "service": "T1569.002", "wmi": "T1047"}


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    folder = tmp_path_factory.mktemp("logs")
    return folder, generate_demo(folder, seed=3)


@pytest.fixture(scope="module", params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def hunt(
    request: pytest.FixtureRequest, logs: tuple[Path, Truth], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hunt]:
    folder = tmp_path_factory.mktemp("ws")
    url, settings = None, small_settings()
    if request.param == "neo4j":
        server: Neo4jServer = request.getfixturevalue("neo4j_home")
        url, settings = server.url, small_settings(db_password=server.password)
    with Hunt(folder, url, settings) as opened:
        if url:
            empty(opened.store)
        opened.load(logs[0])
        yield opened
        if url:
            empty(opened.store)
    stop_engine(folder)


def written(hunt: Hunt) -> dict[str, dict[str, Any]]:
    rows = hunt.query("MATCH (m:Machine)<-[r:REMOTE_LOGON]-() WHERE r.lm_class IS NOT NULL RETURN r", limit=10_000)
    return {row[0]["id"]: row[0] for row in rows.rows}


def test_every_hop_of_the_intrusion_is_found_with_technique_reason_and_record(
    hunt: Hunt, logs: tuple[Path, Truth]
) -> None:
    found = hunt.hunt("lateral-movement")
    hops = [hop for finding in found["findings"] for hop in finding["hops"]]
    for hop in logs[1].chains[0].hops:
        fitting = [
            one for one in hops
            if (one["from"].lower(), one["to"].lower()) == (hop.src.lower(), hop.dst.lower())
            and ATTACK[hop.technique] in one["techniques"]
        ]  # fmt: skip
        assert fitting, hop
        assert all(one["evidence"] and one["reasons"] for one in fitting)
        assert any(re.search(r"\d", reason) for one in fitting for reason in one["reasons"])
    record = hunt.evidence(hops[0]["evidence"][0])
    assert record is not None
    assert record["record"]


def test_findings_are_written_to_the_logons(hunt: Hunt) -> None:
    found = hunt.hunt("lateral_movement")
    rows = written(hunt)
    listed: dict[str, Any] = {}
    for lead_in in (False, True):
        for finding in found["findings"]:
            for number, hop in enumerate(finding["hops"], 1):
                for relation in hop["relationship_ids"] if hop["lead_in"] == lead_in else ():
                    listed.setdefault(relation, (finding, number, hop))
    assert rows.keys() == listed.keys()
    assert found["written"] == len(rows)
    for relation, (finding, number, hop) in listed.items():
        row = rows[relation]
        assert set(PROPERTIES) - {"lm_p", "lm_score"} <= row.keys()
        assert (row["lm_chain_id"], row["lm_hop"], row["lm_class"]) == (finding["chain_id"], number, hop["class"])
        # A case of two days has no baseline, and so no score and no p-value.
        assert row.get("lm_score") is None
        assert hop["score"] is None
        assert row["lm_certainty"] == pytest.approx(hop["certainty"], abs=1e-3)
        assert row["lm_reason"] == "; ".join(hop["reasons"])
        assert row.get("lm_p") == hop["p"]


def test_without_write_the_graph_stays(hunt: Hunt) -> None:
    hunt.hunt("lateral-movement")
    before = written(hunt)
    found = hunt.hunt("lateral-movement", write=False, scanners="*nothing*")
    assert "run" not in found
    assert written(hunt) == before


def test_a_list_that_applies_is_named(hunt: Hunt) -> None:
    plain = hunt.hunt("lateral-movement", write=False)
    assert plain["suppressed"] == []
    switched = next(
        hop
        for finding in plain["findings"]
        for hop in finding["hops"]
        if any("credential" in r for r in hop["reasons"])
    )
    listed = hunt.hunt("lateral-movement", write=False, help_desk=switched["user"])
    assert [one["list"] for one in listed["suppressed"]] == ["help desk"]
    assert listed["suppressed"][0]["logons"] >= 1
    assert "help desk list" in listed["suppressed"][0]["reason"]
    ranked = hunt.paths(rank=True, help_desk=(switched["user"],))
    assert [one["list"] for one in ranked["suppressed"]] == ["help desk"]


def test_ranked_paths_say_class_chain_and_reasons(hunt: Hunt) -> None:
    chains = {finding["chain_id"] for finding in hunt.hunt("lateral-movement", write=False)["findings"]}
    found = hunt.paths(rank=True)
    paths = found["paths"]
    assert paths
    assert found["blind_spots"]
    for path in paths:
        assert all(hop["reasons"] and hop["class"] in "PESNH" and hop["techniques"] for hop in path["hops"])
        assert {hop["chain_id"] for hop in path["hops"]} <= chains | {None}
    assert {hop["chain_id"] for hop in paths[0]["hops"]} & chains


def test_filters_and_bad_parameters(hunt: Hunt) -> None:
    found = hunt.hunt("lateral-movement", write=False)
    machine = found["findings"][0]["hops"][0]["to"]
    kept = hunt.hunt("lateral-movement", write=False, machine=machine.lower())
    assert kept["findings"]
    assert all(machine in {h["from"] for h in f["hops"]} | {h["to"] for h in f["hops"]} for f in kept["findings"])
    assert hunt.hunt("lateral-movement", write=False, machine="nowhere")["reason"]
    assert hunt.hunt("lateral-movement", write=False, limit=0)["truncated"] is True
    for bad in ({"colour": 1}, {"owners": "x"}, {"since": "yesterday"}, {"significant": "maybe"}, {"findings": "many"}):
        with pytest.raises(UsageError):
            hunt.hunt("lateral-movement", write=False, **bad)


def test_questions_of_the_library_give_rows_with_times(hunt: Hunt) -> None:
    found = hunt.hunt("remote-execution", limit=2)
    assert len(found["rows"]) == 2
    assert found["truncated"] is True
    assert all(row["start"].endswith("Z") and row["technique"].startswith("T1") for row in found["rows"])
    later = hunt.hunt("hunt/remote_execution", since="2100-01-01T00:00:00Z")
    assert later["rows"] == []
    with pytest.raises(UsageError, match="needs a value"):
        hunt.hunt("pivot/ask/machine/came_from")
    with pytest.raises(UsageError, match="several"):
        hunt.hunt("processes")
