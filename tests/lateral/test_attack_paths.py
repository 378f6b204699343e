"""Attack paths on the real ground truths and on generated intrusions whose truth is kept apart."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from graphhunt.graph.snapshot import Snapshot
from graphhunt.lab.generator import generate_demo
from graphhunt.lateral.attack_paths import AttackPaths, PathOptions

from .case import snapshot


@pytest.fixture(scope="module")
def theshire(theshire_graph: Snapshot) -> AttackPaths:
    return AttackPaths(theshire_graph)


@pytest.fixture(scope="module")
def purplesharp(purplesharp_graph: Snapshot) -> AttackPaths:
    return AttackPaths(purplesharp_graph)


def in_time_order(path: dict[str, Any]) -> bool:
    times = [datetime.fromisoformat(hop["start"]) for hop in path["hops"]]
    linked = all(a["to"] == b["from"] for a, b in zip(path["hops"], path["hops"][1:], strict=False))
    return times == sorted(times) and len(set(times)) == len(times) and linked


def test_the_two_hop_path_with_a_change_of_user_is_found(theshire: AttackPaths) -> None:
    found = theshire.find(PathOptions(source="workstation5.THESHIRE.local", target="172.18.38.5"))
    two = [path for path in found["paths"] if len(path["hops"]) == 2]
    assert two
    for path in two:
        first, second = path["hops"]
        assert (first["from"], first["to"], first["user"]) == ("WORKSTATION5", "WORKSTATION6", "pgustavo")
        assert (second["from"], second["to"], second["user"]) == ("WORKSTATION6", "MORDORDC", "sbeavers")
        assert second["logon_id"] == "0x5b0d6fa"
        assert all(hop["evidence"] for hop in path["hops"])
    assert {"T1569.002", "T1021.006", "T1047"} == {path["hops"][0]["technique"] for path in two}


def test_without_a_question_the_campaign_comes_first(theshire: AttackPaths) -> None:
    best = theshire.find(PathOptions(k=1))["paths"][0]
    assert [hop["user"] for hop in best["hops"]] == ["pgustavo", "sbeavers"]


@pytest.mark.parametrize("options", [{}, {"source": "WORKSTATION5"}, {"target": "MORDORDC"}, {"user": "SBEAVERS"}])
def test_no_path_breaks_time(theshire: AttackPaths, options: dict[str, Any]) -> None:
    found = theshire.find(PathOptions(k=50, **options))
    assert found["paths"]
    assert all(in_time_order(path) for path in found["paths"])


def test_a_user_keeps_only_paths_with_that_account(theshire: AttackPaths) -> None:
    found = theshire.find(PathOptions(user=r"theshire.local\sbeavers"))
    assert found["paths"]
    assert all("sbeavers" in {hop["user"] for hop in path["hops"]} for path in found["paths"])


def test_winrm_reaches_three_machines(purplesharp: AttackPaths) -> None:
    for target in ("WORKSTATION6", "WORKSTATION7", "MORDORDC"):
        hops = [
            path["hops"][0] for path in purplesharp.find(PathOptions(source="WORKSTATION5", target=target))["paths"]
        ]
        winrm = [hop for hop in hops if hop["technique"] == "T1021.006" and hop["confidence"] == "correlated"]
        assert winrm, target
        assert {hop["user"] for hop in winrm} == {"pgustavo"}


def test_a_dwell_limit_cuts_long_stays(theshire: AttackPaths) -> None:
    found = theshire.find(PathOptions(source="WORKSTATION5", target="MORDORDC", max_dwell=3600 * 10**6))
    assert all(len(path["hops"]) == 1 for path in found["paths"])


def test_empty_answers_say_why(theshire: AttackPaths, tmp_path: Path) -> None:
    assert "no machine" in theshire.find(PathOptions(source="nowhere"))["reason"]
    assert "no account" in theshire.find(PathOptions(user="nobody"))["reason"]
    assert theshire.find(PathOptions(source="MORDORDC", target="WORKSTATION5"))["reason"]
    assert "no remote logon" in AttackPaths(Snapshot(tmp_path)).find(PathOptions())["reason"]


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
def test_the_generated_intrusion_is_the_first_path(tmp_path: Path, seed: int) -> None:
    truth = generate_demo(tmp_path / "logs", seed=seed)
    best = AttackPaths(snapshot(tmp_path / "case", tmp_path / "logs")).find(PathOptions(k=1))["paths"][0]
    expected = [(hop.src, hop.dst, hop.user.split("\\")[-1]) for hop in truth.chains[0].hops]
    assert [(hop["from"], hop["to"], hop["user"]) for hop in best["hops"]] == expected
