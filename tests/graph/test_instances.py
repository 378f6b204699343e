"""Pids that are used again: what happened belongs to the process that lived then."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from graphhunt.graph.graph import Graph, build
from graphhunt.model import Connection, Fact, MachineState, ProcessEnd, ProcessStart

from .facts import SECOND, T0, frames

HOST: dict[str, Any] = {"host": "SRV"}
CMD = r"C:\Windows\System32\cmd.exe"
GUID = "{b34bc01c-1000-5f5e-0100-000000000400}"
CHILD = r"C:\Windows\System32\whoami.exe"


def at(seconds: float) -> int:
    return T0 + round(seconds * SECOND)


def start(seconds: float, pid: int, path: str = CMD, **more: Any) -> ProcessStart:
    return ProcessStart(time=at(seconds), code="Security/4688", pid=pid, path=path, **HOST, **more)


def made(*facts: Fact, shuffle: int | None = None) -> Graph:
    return build(frames(facts, shuffle))


def processes(graph: Graph) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in graph.nodes["Process"].iter_rows(named=True)}


def parents(graph: Graph) -> dict[str, str]:
    return dict(graph.relationships["SPAWNED"].select("to_id", "from_id").iter_rows())


def test_child_and_end_belong_to_the_process_that_had_the_pid_then() -> None:
    child = start(1, 200, CHILD, parent_pid=100, parent_path=CMD)
    graph = made(start(0, 100), child, ProcessEnd(time=at(1.5), pid=100, path=CMD, **HOST), start(3, 100))
    first, second = f"srv|100|{at(0)}", f"srv|100|{at(3)}"
    assert parents(graph)[f"srv|200|{at(1)}"] == first
    found = processes(graph)
    assert (found[first]["end"], found[first]["end_how"], found[second]["end"]) == (at(1.5), "pid", None)
    assert found[f"srv|200|{at(1)}"]["parent_how"] == "pid"


def test_a_process_that_has_ended_is_nobodys_parent() -> None:
    late = start(60, 200, CHILD, parent_pid=100, parent_path=CMD)
    graph = made(start(0, 100), ProcessEnd(time=at(5), pid=100, path=CMD, **HOST), late)
    child = f"srv|200|{at(60)}"
    assert processes(graph)[parents(graph)[child]]["stub"]
    assert processes(graph)[child]["parent_how"] == "stub"


def test_a_boot_ends_every_process() -> None:
    wire: dict[str, Any] = {"source_ip": "10.0.0.1", "destination_ip": "10.0.0.2", "destination_port": 445}
    talk = Connection(time=at(7200), code="Security/5156", pid=100, path=CMD, initiated=True, **wire, **HOST)
    boot = MachineState(time=at(3600), state="boot", **HOST)
    alone = made(start(0, 100), talk).relationships["CONNECTED"]
    assert alone.get_column("from_id").to_list() == [f"srv|100|{at(0)}"]
    talked = made(start(0, 100), boot, talk).relationships["CONNECTED"].get_column("from_id").to_list()
    assert talked != [f"srv|100|{at(0)}"]


@pytest.mark.parametrize(("end", "expected"), [(0.5, at(10.7)), (10.0, at(10.7)), (12.0, at(12.0))])
def test_whole_seconds_end_nothing_before_it_starts(end: float, expected: int) -> None:
    """Security cuts its times to seconds: an end at :10 may have been at :10.9."""
    sensor = ProcessStart(time=at(10.7), code="Sysmon/1", guid=GUID, pid=100, path=CMD, **HOST)
    graph = made(sensor, ProcessEnd(time=at(end), code="Security/4689", guid=GUID, pid=100, path=CMD, **HOST))
    (row,) = processes(graph).values()
    if end < 10:
        assert (row["end"], row["end_how"]) == (None, None)
        assert graph.doubts.get_column("kind").to_list() == ["end_before_start"]
    else:
        assert row["end"] == expected
        assert row["end_how"] == ("clamped" if end < 10.7 else "guid")


def known_by_guid(guid: str = GUID) -> Connection:
    wire: dict[str, Any] = {"source_ip": "10.0.0.1", "destination_ip": "10.0.0.2", "destination_port": 80}
    return Connection(time=at(100_000), code="Sysmon/3", guid=guid, path=CMD, initiated=True, **wire, **HOST)


def known_by_pid(pid: int) -> Connection:
    wire: dict[str, Any] = {"source_ip": "10.0.0.1", "destination_ip": "10.0.0.2", "destination_port": 80}
    return Connection(time=at(100_000), code="Security/5156", pid=pid, path=CMD, initiated=True, **wire, **HOST)


def test_a_pid_alone_and_a_guid_alone_are_one_where_nothing_else_can_be() -> None:
    # The GUID's second and third group are its start, 2020-09-13 12:26:40 and a little.
    graph = made(known_by_guid(), known_by_pid(100))
    (row,) = processes(graph).values()
    assert (row["guid"], row["pid"], row["instance_how"]) == (GUID, 100, "correlated")


@pytest.mark.parametrize("other", [known_by_guid(GUID.replace("0100-", "0200-")), known_by_pid(101)])
def test_two_candidates_stay_apart(other: Connection) -> None:
    graph = made(known_by_guid(), known_by_pid(100), other)
    assert len(processes(graph)) == 3
    assert not graph.nodes["Process"].filter(pl.col("instance_how") == "correlated").height


def test_the_powershell_of_ground_truth_a_is_one_process(theshire: Graph) -> None:
    row = theshire.nodes["Process"].filter(pl.col("guid") == "{b34bc01c-7dfc-5f67-de11-000000000400}")
    assert row.get_column("pid").to_list() == [6404]
    assert "workstation5|6404|powershell.exe" not in theshire.nodes["Process"].get_column("id")


def test_no_process_of_the_recordings_ends_before_it_starts(theshire: Graph, purplesharp: Graph) -> None:
    for graph in (theshire, purplesharp):
        rows = graph.nodes["Process"]
        assert rows.filter(pl.col("end") < pl.col("start")).is_empty()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_records_changes_nothing(seed: int) -> None:
    story = [start(0, 100), start(1, 200, CHILD, parent_pid=100, parent_path=CMD), start(3, 100), known_by_pid(300)]
    one, other = made(*story), made(*story, shuffle=seed)
    assert all(one.nodes[label].equals(other.nodes[label]) for label in one.nodes)
    assert one.doubts.equals(other.doubts)
