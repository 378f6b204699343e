"""Records of one process opening another: several may tell of one act, and some name the other by its path alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import polars as pl
import pytest

from graphhunt.graph.graph import Graph, build
from graphhunt.model import Connection, Fact, MachineState, ProcessAccess, ProcessStart

from .facts import SECOND, T0, frames

VOLUME = r"\Device\HarddiskVolume2\Windows\System32\lsass.exe"
LSASS = r"C:\Windows\System32\lsass.exe"
TOOL = r"C:\Users\eve\tool.exe"
HOST: dict[str, Any] = {"host": "PC"}
EVE: dict[str, Any] = {"user": "eve", "domain": "CORP", "sid": "S-1-5-21-1-2-3-1100"}
ACTOR: dict[str, Any] = {"pid": 70, "path": TOOL, **HOST, **EVE}
BEGUN = ProcessStart(time=T0, code="Security/4688", **ACTOR)
HOUR = 3600 * SECOND


def handle(event: int, granted: str, handle_id: str | None, at: float = 10, **more: Any) -> ProcessAccess:
    """A record of the Security log, which cuts its times to the second."""
    more = {"target_path": VOLUME, **more}
    return ProcessAccess(
        time=T0 + int(at) * SECOND, code=f"Security/{event}", granted=granted, handle_id=handle_id,
        record_id=f"{event}-{handle_id}-{at}", **ACTOR, **more,
    )  # fmt: skip


def sensor(granted: str, at: float) -> ProcessAccess:
    return ProcessAccess(
        time=T0 + round(at * SECOND), code="Sysmon/10", granted=granted, target_pid=60, target_path=LSASS, **ACTOR
    )


def rows(facts: Iterable[Fact], shuffle: int | None = None) -> list[dict[str, Any]]:
    found = build(frames([BEGUN, *facts], shuffle)).relationships.get("ACCESSED")
    return [] if found is None else found.sort("granted").to_dicts()


def test_request_and_use_of_one_handle_are_one_act() -> None:
    [row] = rows([handle(4656, "0x1410", "0x468"), handle(4663, "0x10", "0x468")])
    assert (row["granted"], row["count"], len(row["evidence"]), row["grade"]) == ("0x1410", 1, 2, 1.0)
    assert row["claim"] == (
        f"{TOOL} of eve on pc opened {VOLUME} with the right to read its memory and used the right to read its memory "
        "(0x1410; Security/4656, Security/4663; 2020-09-13 12:26:50)"
    )


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_three_logs_of_two_openings_are_two_acts(seed: int | None) -> None:
    """As in a recording: both within one second, each told of by 4656, 4663 and Sysmon 10."""
    facts = [
        handle(4656, "0x1fffff", "0x92c"), handle(4663, "0x10", "0x92c"), sensor("0x1fffff", 10.371),
        handle(4656, "0x1fffff", "0x978"), handle(4663, "0x10", "0x978"), sensor("0x1fffff", 10.402),
    ]  # fmt: skip
    [row] = rows(facts, seed)
    assert (row["count"], len(row["evidence"])) == (2, 6)
    assert "; 2 times, first 2020-09-13 12:26:50)" in row["claim"]


def test_a_handle_given_again_is_another_act() -> None:
    [row] = rows([handle(4656, "0x10", "0x1"), handle(4663, "0x10", "0x1", 11), handle(4656, "0x10", "0x1", 90)])
    assert row["count"] == 2


def test_other_rights_or_another_time_are_another_act() -> None:
    found = rows([handle(4656, "0x1010", "0x1"), sensor("0x1410", 10.3), sensor("0x1010", 30)])
    assert [(row["granted"], row["count"]) for row in found] == [("0x1010", 2), ("0x1410", 1)]


def test_the_theft_counts_once_for_the_hunt() -> None:
    facts = [BEGUN, handle(4656, "0x1410", "0x1"), handle(4663, "0x10", "0x1"), sensor("0x1410", 10.8)]
    kinds = build(frames(facts)).corroboration.get_column("kind")
    assert kinds.to_list() == ["lsass_access"]


def test_a_refused_request_is_never_worded_as_access() -> None:
    graph = build(frames([BEGUN, handle(4656, "0x1010", None, success=False)]))
    assert "ACCESSED" not in graph.relationships
    assert graph.corroboration.is_empty()


def targets(facts: Iterable[Fact]) -> list[str]:
    return [row["to_id"] for row in rows(facts)]


def test_lsass_by_its_path_is_the_lsass_of_the_machine() -> None:
    """Another log knows its pid; where none does, a stub stands for it."""
    wire: dict[str, Any] = {"source_ip": "10.0.0.1", "destination_ip": "10.0.0.2", "destination_port": 88}
    talk = Connection(time=T0 + HOUR, code="Security/5156", pid=60, path=VOLUME, initiated=True, **wire, **HOST)
    asked = handle(4656, "0x1010", "0x1")
    assert targets([asked, talk]) == ["pc|60|lsass.exe"]
    assert targets([asked]) == ["pc|lsass.exe"]
    boot = MachineState(time=T0 + HOUR // 2, state="boot", **HOST)
    assert targets([asked, talk, boot]) == ["pc|lsass.exe"]


def test_a_stub_known_by_its_name_says_so() -> None:
    graph: Graph = build(frames([BEGUN, handle(4656, "0x1010", "0x1")]))
    row = graph.nodes["Process"].filter(pl.col("id") == "pc|lsass.exe").row(0, named=True)
    assert (row["name"], row["path"], row["pid"], row["instance_how"]) == ("lsass.exe", VOLUME, None, "name")


@pytest.mark.parametrize("path", [r"C:\Users\eve\lsass.exe", r"C:\Windows\System32\svchost.exe"])
def test_a_path_of_many_processes_names_none(path: str) -> None:
    assert targets([handle(4656, "0x1010", "0x1", target_path=path)]) == []


def test_ground_truth_a_has_six_thefts_told_of_by_eighteen_records(theshire: Graph) -> None:
    """Sysmon 10, 4656 and 4663 of each: an agent once, PowerShell twice, Taskmgr three times."""
    processes = theshire.nodes["Process"]
    lsass = processes.filter(pl.col("name") == "lsass.exe").select("id")
    names = processes.select("name", from_id="id")
    thefts = theshire.relationships["ACCESSED"].filter(pl.col("rights").list.contains("VM_READ"))
    thefts = thefts.join(lsass, left_on="to_id", right_on="id", how="semi").join(names, on="from_id")
    acts = thefts.group_by("name").agg(pl.col("count").sum(), records=pl.col("evidence").list.len().sum())
    assert set(acts.iter_rows()) == {
        ("collectguestlogs.exe", 1, 3), ("powershell.exe", 2, 6), ("taskmgr.exe", 3, 9),
    }  # fmt: skip
    assert theshire.corroboration.filter(pl.col("kind") == "lsass_access").height == 6
