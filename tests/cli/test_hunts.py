"""`graphhunt hunts`, `hunt` and what `paths` says beside its hops, on a small loaded case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphhunt.cli.hunt import _cell
from graphhunt.lab.generator import generate_demo
from graphhunt.lateral.detector.listing import Listing
from graphhunt.store.embedded import stop_engine

from .test_commands import data, run


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("case")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "512")
        patch.setenv("GRAPHHUNT_ENGINE_IDLE", "5")
        generate_demo(folder / "logs", seed=3)
        data(folder / "ws", "load", str(folder / "logs"))
        yield folder / "ws"
        stop_engine(folder / "ws")


def test_hunts_lists_the_detector_and_the_questions(tmp_path: Path) -> None:
    listed = {info["name"]: info for info in data(tmp_path, "hunts")["hunts"]}
    assert {"lateral-movement", "hunt/remote_execution", "pivot/ask/machine/came_from"} <= listed.keys()
    assert listed["hunt/remote_execution"]["attack"]
    assert {p["name"] for p in listed["lateral-movement"]["parameters"]} >= {"since", "scanners", "help_desk"}
    shown = run(tmp_path, "hunts", "remote-execution").stdout
    assert "technique" in shown
    assert run(tmp_path, "hunts", "no such hunt").exit_code == 2


def test_hunt_lateral_movement_as_text_and_json(case: Path) -> None:
    found = data(case, "hunt", "lateral-movement")
    assert {"findings", "suppressed", "notes", "run", "written", "truncated"} <= found.keys()
    first = found["findings"][0]
    assert {"chain_id", "class", "score", "p", "reasons", "techniques", "hops"} <= first.keys()
    text = run(case, "hunt", "lateral-movement", "--limit", "1")
    assert first["chain_id"] in text.stdout
    assert "why: " in text.stdout
    assert found["run"].rpartition("/")[0] == "lateral-movement"
    assert "remote logons scored" in text.stderr
    assert "earlier days" in run(case, "hunt", "lateral-movement", "--limit", "1", "--verbose").stderr


def test_mode_and_budget_are_options(case: Path) -> None:
    command = ("hunt", "lateral-movement", "--no-write")
    whole = data(case, *command)
    assert whole["scope"]["mode"] == "case"
    assert whole["budget"]["per_day"] == 9
    assert data(case, *command, "--mode", "case")["scope"]["mode_why"] == "as asked for"
    # Two days are no history of two weeks, so that asked to monitor nothing is scored.
    late = data(case, *command, "--mode", "monitor")
    assert late["scope"]["scored"]["hops"] == 0
    assert late["reason"].startswith("no remote logon could be scored: ")
    assert run(case, *command, "--mode", "guess").exit_code == 2
    few = data(case, *command, "--budget", "1")
    shown, left = few["budget"]["shown"], few["budget"]["not_shown"]
    assert 0 < shown < whole["budget"]["shown"]
    assert shown + sum(left.values()) == few["budget"]["found"] == whole["budget"]["found"]
    assert "not shown: " in run(case, *command, "--budget", "1").stderr


def test_a_run_that_loses_its_check_lead_fails(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_self: Listing, code: Any, _order: Any) -> Any:
        return np.zeros(len(code), dtype=bool)

    monkeypatch.setattr(Listing, "listable", nothing)
    failed = run(case, "hunt", "lateral-movement", "--no-write")
    assert failed.exit_code == 1
    assert "scoring failed: the check lead was not found" in failed.stderr


def test_lists_are_read_from_a_file_and_named(case: Path, tmp_path: Path) -> None:
    users = {hop["user"] for f in data(case, "hunt", "lateral-movement", "--no-write")["findings"] for hop in f["hops"]}
    (tmp_path / "desk.txt").write_text("\n".join(users))
    command = ("hunt", "lateral-movement", "--no-write", "--param", f"help_desk=@{tmp_path / 'desk.txt'}")
    assert "suppressed by list: help desk" in run(case, *command).stderr
    assert "suppressed by the list 'help desk'" in run(case, *command, "--verbose").stderr
    assert run(case, "hunt", "lateral-movement", "--param", "help_desk=@/no/such/file").exit_code == 2


def test_what_could_be_reached_and_what_to_cut(case: Path) -> None:
    truth = json.loads((case.parent / "logs" / "truth.json").read_text())
    hops = truth["chains"][0]["hops"]
    first, later = hops[0]["src"], {hop["dst"].upper() for hop in hops}
    reached = data(case, "hunt", "blast-radius", "--param", f"machine={first}")
    assert later <= {row["machine"].upper() for row in reached["rows"]}
    assert "way" in run(case, "hunt", "blast-radius", "--param", f"machine={first}").stdout
    cuts = data(case, "hunt", "choke_points", "--param", f"source={first}", "--param", f"target={hops[-1]['dst']}")
    assert cuts["rows"][0]["blocked"] > 0
    assert run(case, "hunt", "blast-radius").exit_code == 2
    empty = run(case, "hunt", "blast-radius", "--param", f"machine={first}", "--param", "at=2100-01-01T00:00:00Z")
    assert "no remote logon leaves it" in empty.stderr


def test_a_question_takes_parameters(case: Path) -> None:
    found = data(case, "hunt", "pivot/ask/machine/came_from", "--param", "id=app01")
    assert found["columns"] == ["node"]
    assert all(row["node"]["id"] for row in found["rows"])
    assert run(case, "hunt", "pivot/ask/machine/came_from").exit_code == 2
    assert run(case, "hunt", "remote-execution").exit_code == 0


def test_paths_ranked_within_sessions_with_blind_spots(case: Path) -> None:
    ranked = data(case, "paths", "--rank")
    assert ranked["suppressed"] == []
    assert all({"class", "chain_id", "certainty"} <= hop.keys() for path in ranked["paths"] for hop in path["hops"])
    assert all({"machine", "kind", "effect"} <= spot.keys() for spot in ranked["blind_spots"])
    shown = run(case, "paths", "--rank", "--k", "1")
    assert "why: " in shown.stdout
    assert "class " in shown.stdout
    free, bound = (data(case, "paths", "--k", "500", *more)["paths"] for more in ([], ["--within-session"]))
    longest = [max(len(path["hops"]) for path in paths) for paths in (free, bound)]
    assert longest[1] <= longest[0]
    for path in bound:
        for one, two in zip(path["hops"], path["hops"][1:], strict=False):
            assert one["start"] < two["start"]


def test_coverage_names_machines_without_logs(case: Path) -> None:
    found = data(case, "coverage")
    assert {"machines", "unseen", "first", "last"} <= found.keys()
    assert found["first"] < found["last"]
    for place in found["unseen"]:
        assert place["machine"] not in {row["machine"] for row in found["machines"]}


def test_paths_over_a_loaded_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "512")
    sample = Path(__file__).parents[1] / "loaders" / "data" / "bloodhound" / "20250305101500_computers.json"
    report = data(tmp_path / "ws", "load", str(sample))
    assert (report["events_read"], report["events_rejected"]) == (5, 1)
    assert report["relationships"]["POSSIBLE_ADMIN"] == 2
    found = data(tmp_path / "ws", "paths", "--from", "ws01", "--to", "srv02", "--edges", "possible")
    assert [step["right"] for step in found["paths"][0]["hops"][0]["steps"]] == ["HasSession", "AdminTo"]
    assert "possible  WS01 -> SRV02" in run(tmp_path / "ws", "paths", "--from", "ws01", "--edges", "possible").stdout
    assert run(tmp_path / "ws", "paths", "--from", "ws01", "--edges", "dreamt").exit_code == 2
    stop_engine(tmp_path / "ws")


def test_a_cell_tells_how_much_it_leaves_out() -> None:
    assert _cell(["a", "b", "c"], "evidence") == "a, 2 more"
    assert _cell(["a"], "evidence") == "a"
    assert _cell(["a", "b"], "reasons") == "a, b"
    assert _cell("x" * 160) == "x" * 160
    assert _cell("x" * 1500) == "x" * 160 + " … and 1,340 characters more"
