"""What commands say beside their answer: once, in a line, with the details where the line says they are."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from graphhunt.cli.app import COMMANDS, app
from graphhunt.lab.generator import generate_demo
from graphhunt.lateral.sight import gathered
from graphhunt.store.embedded import stop_engine

RUNNER = CliRunner()
PANELS = {"Investigate", "Load", "Serve", "Administer"}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Result]]:
    """The demo's logs, loaded by the command line, with what it wrote."""
    folder = tmp_path_factory.mktemp("noise")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHHUNT_ENGINE_MEMORY_MB", "512")
        patch.setenv("GRAPHHUNT_ENGINE_IDLE", "5")
        generate_demo(folder / "logs", seed=1)
        yield folder / "ws", run(folder / "ws", "load", str(folder / "logs"))
        stop_engine(folder / "ws")


@pytest.fixture(scope="module")
def theshire(real_case: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real intrusion of three hosts, without a database."""
    folder = tmp_path_factory.mktemp("theshire") / "ws"
    shutil.copytree(real_case("mordor_theshire_2020"), folder)
    return folder


def run(workspace: Path, *arguments: str) -> Result:
    return RUNNER.invoke(app, ["--workspace", str(workspace), *arguments])


def data(workspace: Path, *arguments: str) -> Any:
    return json.loads(run(workspace, *arguments, "--json").stdout)


def check_blind_spots(workspace: Path, *command: str) -> None:
    """One line says what is missing, of how many machines; --verbose and coverage name each."""
    short, full, answer = run(workspace, *command), run(workspace, *command, "--verbose"), data(workspace, *command)
    said = [line for line in short.stderr.splitlines() if line.startswith("not seen: ")]
    assert len(said) == 1
    assert "not seen: " not in short.stdout
    assert "graphhunt coverage" in said[0]
    (items,) = (answer[name] for name in ("paths", "findings") if name in answer)
    hosts = {(hop[end], hop[f"{end}_id"]) for item in items for hop in item["hops"] for end in ("from", "to")}
    coverage = data(workspace, "coverage")
    known = {row["machine"]: row for row in coverage["machines"]}
    missing = [
        (name, what, effect)
        for name, place in hosts
        for what, effect in known.get(place.rpartition(":")[2], {"missing": {}})["missing"].items()
    ]
    assert missing
    for what in {what for _, what, _ in missing}:
        count = len({name for name, other, _ in missing if other == what})
        (part,) = [part for part in said[0].split("; ") if "no log of " in part and what in part]
        assert f" on {count}" in part
    assert f"of {len(hosts)} machines" in said[0]
    told = run(workspace, "coverage").stdout
    for name, what, effect in missing:
        assert f"{name}: no {what}: {effect}" in full.stderr
        assert f"no {what}: {effect}" in told
    spots = answer["blind_spots"]
    assert all("blind_spots" not in item for item in items)
    assert len({json.dumps(spot) for spot in spots}) == len(spots)
    assert {(s["machine"], s["what"]) for s in spots if "what" in s} == {(name, what) for name, what, _ in missing}


@pytest.mark.parametrize("command", [("paths",), ("hunt", "lateral-movement", "--no-write")], ids=["paths", "hunt"])
def test_what_was_not_seen_is_one_line_on_the_demo(loaded: tuple[Path, Result], command: tuple[str, ...]) -> None:
    check_blind_spots(loaded[0], *command)


@pytest.mark.parametrize("command", [("paths",), ("hunt", "lateral-movement", "--no-write")], ids=["paths", "hunt"])
def test_what_was_not_seen_is_one_line_on_a_real_case(theshire: Path, command: tuple[str, ...]) -> None:
    check_blind_spots(theshire, *command)


@pytest.mark.parametrize("workspace", ["demo", "theshire"])
@pytest.mark.parametrize("command", [("paths",), ("paths", "--rank"), ("hunt", "lateral-movement", "--no-write")])
def test_an_answer_has_two_short_lines_beside_it_and_verbose_has_the_rest(
    loaded: tuple[Path, Result], theshire: Path, workspace: str, command: tuple[str, ...]
) -> None:
    folder = loaded[0] if workspace == "demo" else theshire
    short, full, answer = run(folder, *command), run(folder, *command, "--verbose"), data(folder, *command)
    said = short.stderr.splitlines()
    assert len(said) <= 2
    assert all(len(line) <= 240 for line in said)
    scope = answer["scope"]
    scored, history = scope["scored"], scope["history"]
    assert f"{scored['hops']:,} remote logons scored" in said[-1]
    for end in (scored["from"], scored["until"]):
        assert end[:16].replace("T", " ") in said[-1]
    assert not history["from"]
    assert scope["mode_meaning"] in said[-1]
    # Without a baseline there are no scores, and so no word of what they are measured in.
    assert scope["mode"] == "case"
    assert "in nats" not in said[-1]
    assert "score" not in short.stdout.replace("scored", "")
    assert scope["meaning"] not in short.stderr
    for text in (scope["meaning"], scope["mode_meaning"], *answer.get("notes", [])):
        assert text in full.stderr.splitlines() or f": {text}\n" in full.stderr
    assert short.stdout == full.stdout


def test_clocks_are_one_line_and_coverage_names_each_pair(loaded: tuple[Path, Result]) -> None:
    workspace, load = loaded
    apart = [pair for pair in data(workspace, "status")["clock_skew"] if abs(pair["seconds"]) >= 1]
    assert len(apart) > 10
    machines = {name for pair in apart for name in (pair["from"], pair["to"])}
    most = max(abs(pair["seconds"]) for pair in apart)
    sentence = f"The clocks of {len(machines)} machines differ by up to {most:.1f} s"
    for output in (load.stdout, run(workspace, "status").stdout):
        assert [line for line in output.splitlines() if "clock" in line] == [f"{sentence}; see: graphhunt coverage"]
    told = [line for line in run(workspace, "coverage").stdout.splitlines() if "clock of" in line]
    assert len(told) == len(apart)
    for pair in apart:
        assert any(f"the clock of {pair['to']} is {pair['seconds']:+.1f} s against {pair['from']}" in t for t in told)


def test_a_load_says_little(loaded: tuple[Path, Result]) -> None:
    _, load = loaded
    assert load.exit_code == 0
    assert len(load.stdout.splitlines()) <= 12


def test_hunts_come_first_and_questions_on_demand(tmp_path: Path) -> None:
    listed = {info["name"] for info in data(tmp_path, "hunts")["hunts"]}
    short, full = run(tmp_path, "hunts"), run(tmp_path, "hunts", "--all")
    names = [line.split()[0] for line in short.stdout.splitlines() if not line.startswith(" ")]
    assert names[0] == "lateral-movement"
    assert not [name for name in names if name.startswith(("entity/", "pivot/"))]
    assert {name for name in listed if name.startswith("hunt/")} < set(names)
    assert f"{len(listed) - len(names)} questions about single entities: graphhunt hunts --all" in short.stderr
    everything = [line.split()[0] for line in full.stdout.splitlines() if not line.startswith(" ")]
    assert (set(everything), everything[: len(names)]) == (listed, names)


def test_every_command_is_in_a_group_of_the_help() -> None:
    assert len(COMMANDS) > 20
    assert {name: entry.panel for name, entry in COMMANDS.items() if entry.panel not in PANELS} == {}
    shown = RUNNER.invoke(app, ["--help"]).stdout
    places = [shown.index(f" {panel} ") for panel in ("Investigate", "Load", "Serve", "Administer")]
    assert places == sorted(places)


def spot(kind: str, start: str | None = None, end: str | None = None) -> dict[str, Any]:
    return {"machine": "A", "kind": kind, "effect": kind, "start": start, "end": end}


def test_times_that_overlap_are_one_and_others_stay() -> None:
    hops = [{"from": "A", "to": "B"}]
    paths = [
        {"hops": hops, "blind_spots": [spot("silent", "2026-01-01", "2026-01-03"), spot("no logs")]},
        {"hops": hops, "blind_spots": [spot("silent", "2026-01-02", "2026-01-05"), spot("no logs")]},
        {"hops": hops, "blind_spots": [spot("silent", "2026-01-07", "2026-01-08")]},
    ]
    answer = gathered({"paths": paths}, "paths")
    assert answer["blind_spots"] == [
        spot("no logs"),
        spot("silent", "2026-01-01", "2026-01-05"),
        spot("silent", "2026-01-07", "2026-01-08"),
    ]
    assert answer["not_seen"] == "no log at all of 1 of 2 machines; silent hours of 1"
    assert gathered({"paths": []}, "paths") == {"paths": [], "blind_spots": [], "not_seen": None}
