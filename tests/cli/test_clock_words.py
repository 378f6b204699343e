"""What commands say of clocks and of times that were put right."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import cast

import polars as pl
import pytest
from typer.testing import CliRunner

from graphhunt.cli.app import app
from graphhunt.cli.show import clocks_words, drifted, skew_words
from graphhunt.graph.clock_report import clock_report
from graphhunt.graph.corrected import CORRECTIONS
from graphhunt.graph.snapshot import Snapshot
from tests.graph.conftest import built

SECOND = 1_000_000
DAY = 1_600_560_000 * SECOND
"""2020-09-20, UTC."""

ZONE = ("ws5", "Security", "xml", None, "zone", -19_800 * SECOND, None, DAY, DAY + 3 * 86_400 * SECOND, 218)
DRIFT = ("ws5", "Sysmon", "xml", "Sysmon/3", "drift", 1_234 * SECOND, "EventTime", DAY, DAY + 86_400 * SECOND, 1)
SENSOR = ("", "zeek", "zeek_tsv", None, "zone", 3_600 * SECOND, None, DAY, DAY + 86_400 * SECOND, 9)


@pytest.fixture(scope="module")
def workspace(real_case: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ground truth B, whose graph says that times were put right."""
    folder = tmp_path_factory.mktemp("clocks") / "ws"
    shutil.copytree(real_case("mordor_purplesharp"), folder)
    held = Snapshot(folder / "graph")
    table = pl.DataFrame([ZONE, DRIFT, SENSOR], schema=CORRECTIONS, orient="row")
    mark = held.fingerprint
    assert mark
    held.replace(built(folder)._replace(corrected=table), mark)
    return folder


def run(workspace: Path, *arguments: str) -> str:
    return CliRunner().invoke(app, ["--workspace", str(workspace), *arguments]).stdout


def test_coverage_says_what_was_done_and_by_how_many_records(workspace: Path) -> None:
    lines = run(workspace, "coverage").splitlines()
    for text in (
        "the times of Security on ws5 (xml) were -5.50 h off UTC from 2020-09-20 until 2020-09-23: moved back,"
        " by 218 records that other logs tell of, too",
        "the times of Sysmon/3 on ws5 (xml) were up to 1,234 s astray from 2020-09-20 until 2020-09-21: EventTime"
        " was taken, by 1 record that other logs tell of, too",
        "the times of zeek on a sensor (zeek_tsv) were +1.00 h off UTC from 2020-09-20 until 2020-09-21: moved back,"
        " by 9 records that other logs tell of, too",
    ):
        assert text in lines
    assert [line for line in lines if line.startswith("the clock of workstation7 is +1.1 s")]


@pytest.mark.parametrize("command", ["coverage", "status"])
def test_answers_for_programs_have_each_correction(workspace: Path, command: str) -> None:
    zone, drift, _ = json.loads(run(workspace, command, "--json"))["corrected"]
    assert zone == {
        "machine": "ws5", "channel": "Security", "loader": "xml", "code": None, "what": "zone", "seconds": -19_800.0,
        "taken": None, "pairs": 218, "from": "2020-09-20T00:00:00.000000Z", "until": "2020-09-23T00:00:00.000000Z",
    }  # fmt: skip
    assert (drift["code"], drift["what"], drift["seconds"], drift["taken"]) == ("Sysmon/3", "drift", 1_234, "EventTime")


def test_coverage_says_that_a_clock_drifted(workspace: Path) -> None:
    """Nothing is put right: connections of both ends tell it, whatever times the records state of themselves."""
    steady = {"from": "a", "to": "b", "seconds": 2.0, "least": 1.5, "most": 2.25, "connections": 7}
    drifting = {"from": "a", "to": "c", "seconds": 0.25, "least": -3.0, "most": 40.0, "connections": 1}
    assert skew_words(steady) == "the clock of b is +2.0 s against a (7 connections)"
    assert skew_words(drifting) == (
        "the clock of c is +0.2 s against a (1 connection); from day to day between -3.0 and +40.0 s"
    )
    assert [drifted(pair) for pair in (steady, drifting)] == [False, True]
    pairs = json.loads(run(workspace, "coverage", "--json"))["clock_skew"]
    assert pairs
    assert all(pair["least"] <= pair["most"] for pair in pairs)


def test_status_counts_them(workspace: Path) -> None:
    said = run(workspace, "status").splitlines()
    assert "3 corrections of logs' times, by other logs; see: graphhunt coverage" in said
    assert clocks_words({"clock_skew": [], "corrected": []}) == []


def test_tables_of_an_earlier_version_tell_no_single_days() -> None:
    """Tables are made anew by the next load; until then status and the page read those there are."""
    kept = pl.DataFrame({"origin": ["a"], "target": ["b"], "skew": [2_000_000], "matches": [3]})

    class Kept:
        def table(self, name: str) -> pl.DataFrame | None:
            return kept if name == "ClockSkew" else None

    told = {"from": "a", "to": "b", "seconds": 2.0, "least": 2.0, "most": 2.0, "connections": 3}
    assert clock_report(cast("Snapshot", Kept())) == {"clock_skew": [told], "corrected": []}
