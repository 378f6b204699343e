"""What could be reached by when and what to cut, on the ground truths: expected values are those of their README."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graphhunt.errors import UsageError
from graphhunt.evidence import Workspace
from graphhunt.graph.snapshot import Snapshot
from graphhunt.questions.question import Wishes
from graphhunt.questions.registry import question_named


def hunt_reach(snapshot: Snapshot, name: str, given: dict[str, object], limit: int | None = None) -> dict[str, Any]:
    """Ask a case of which only the tables are there."""
    case = type("Tables", (), {"snapshot": snapshot})()
    return question_named(name, "hunt").ask(case, given, Wishes(limit))


def test_a_fan_out_reaches_its_three_machines(purplesharp_graph: Snapshot) -> None:
    found = hunt_reach(purplesharp_graph, "blast-radius", {"machine": "workstation5.theshire.local"})
    assert {row["machine"] for row in found["rows"]} == {"WORKSTATION6", "WORKSTATION7", "MORDORDC"}
    for row in found["rows"]:
        assert (row["way"], row["hops"], row["users"]) == (["WORKSTATION5"], 1, ["pgustavo"])
        assert row["technique"] == "T1021.006"
        assert row["evidence"]
    assert not found["truncated"]


def test_the_controller_is_first_reached_by_the_change_of_user(theshire_graph: Snapshot) -> None:
    rows = hunt_reach(theshire_graph, "blast-radius", {"machine": "WORKSTATION5"})["rows"]
    assert [row["machine"] for row in rows] == ["WORKSTATION6", "MORDORDC"]
    controller = rows[1]
    assert controller["way"] == ["WORKSTATION5", "WORKSTATION6"]
    assert controller["users"] == ["pgustavo", "sbeavers"]
    assert len(controller["relationship_ids"]) == 2
    assert controller["reached"] > rows[0]["reached"]


def test_from_a_later_moment_less_can_be_reached(theshire_graph: Snapshot) -> None:
    found = hunt_reach(theshire_graph, "blast-radius", {"machine": "WORKSTATION5", "at": "2020-09-23T00:00:00Z"})
    assert all(row["reached"] >= "2020-09-23" for row in found["rows"])
    none = hunt_reach(theshire_graph, "blast-radius", {"machine": "WORKSTATION5", "at": "2021-01-01T00:00:00Z"})
    assert none["rows"] == []
    assert "2021-01-01" in none["reason"]


def test_the_one_account_of_all_logons_is_what_to_cut(purplesharp_graph: Snapshot) -> None:
    best = hunt_reach(purplesharp_graph, "choke-points", {"source": "WORKSTATION5"})["rows"][0]
    assert (best["kind"], best["name"], best["blocked"], best["cuts_all"]) == ("account", "pgustavo", 1.0, True)
    direct = hunt_reach(purplesharp_graph, "choke-points", {"source": "WORKSTATION5", "target": "MORDORDC"})["rows"]
    assert [(row["name"], row["cut"]) for row in direct if row["cut"]] == [("pgustavo", 1)]


def test_a_machine_on_the_way_is_a_choke_point_but_not_the_only_way(theshire_graph: Snapshot) -> None:
    rows = hunt_reach(theshire_graph, "choke-points", {"source": "WORKSTATION5", "target": "MORDORDC"})["rows"]
    named = {(row["kind"], row["name"]): row for row in rows}
    # pgustavo also went straight to the controller, so neither WORKSTATION6 nor sbeavers is on every way.
    assert not named["host", "WORKSTATION6"]["cuts_all"]
    assert 0 < named["host", "WORKSTATION6"]["blocked"] < 1
    assert named["account", "pgustavo"]["cuts_all"]
    assert ("host", "WORKSTATION5") not in named
    few = hunt_reach(theshire_graph, "choke-points", {"source": "WORKSTATION5"}, limit=1)
    assert (len(few["rows"]), few["truncated"]) == (1, True)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("blast-radius", {}, "machine"),
        ("blast-radius", {"machine": "nowhere"}, "nowhere"),
        ("blast-radius", {"machine": "WORKSTATION5", "speed": 3}, "speed"),
        ("blast-radius", {"machine": "WORKSTATION5", "max_dwell": "soon"}, "soon"),
        ("choke-points", {"target": "MORDORDC"}, "source"),
    ],
)
def test_wrong_questions_say_why(theshire_graph: Snapshot, name: str, given: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError) as refused:
        hunt_reach(theshire_graph, name, given)
    assert said in str(refused.value)


def test_an_empty_case_says_so(tmp_path: Path) -> None:
    Workspace(tmp_path)
    found = hunt_reach(Snapshot(tmp_path / "graph"), "blast-radius", {"machine": "any"})
    assert found["rows"] == []
    assert found["reason"]
