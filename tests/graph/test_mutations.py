"""One dirty or hostile fact in a real recording: no other answer changes, and its own as the rule says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl
import pytest

from graphhunt.evidence import Workspace
from graphhunt.graph.graph import Graph, build
from graphhunt.model import Connection, Fact

from .facts import SECOND, frames

OWN, OTHER = "172.18.39.5", "WORKSTATION6.theshire.local"
"""WORKSTATION5's address in ground truth A, and a machine that never had it."""

BUSY = 1_600_618_600 * SECOND
"""2020-09-20 16:16:40, between connections of WORKSTATION5 and its logons on WORKSTATION6."""

QUIET = 1_600_686_000 * SECOND
"""2020-09-21 11:00, when nothing was recorded for hours."""

Change = Callable[[pl.DataFrame], pl.DataFrame]


@pytest.fixture(scope="module")
def recording(real_case: Callable[[str], Path]) -> Workspace:
    """Ground truth A."""
    return Workspace(real_case("mordor_theshire_2020"))


def mutated(workspace: Workspace, extra: Iterable[Fact] = (), **changes: Change) -> Graph:
    """Build the graph of a recording with facts added, and the facts of named kinds changed."""
    added = frames(extra)

    def give(kind: str) -> pl.DataFrame:
        whole = workspace.facts(kind).collect()
        whole = changes[kind](whole) if kind in changes else whole
        return pl.concat([whole, added(kind).select(whole.columns).cast(whole.schema)])

    return build(give)


def answers(graph: Graph) -> set[tuple[object, ...]]:
    logons = graph.relationships["REMOTE_LOGON"]
    return set(
        logons.select("from_id", "to_id", "logon_id", "start", "technique", "confidence", "certainty").iter_rows()
    )


def address(start: int, *, count: int = 1, host: str = OTHER) -> list[Fact]:
    """Give outgoing connections of a machine from WORKSTATION5's address, 100 s apart."""
    return [
        Connection(
            time=start + n * 100 * SECOND, host=host, source_ip=OWN, source_port=50_001 + n, protocol="tcp",
            destination_ip="172.18.38.5", destination_port=443, initiated=True, pid=9, path="c:\\a.exe",
            code="Sysmon/3",
        )
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_false_sightings_change_no_source(theshire: Graph, recording: Workspace, count: int) -> None:
    graph = mutated(recording, address(BUSY, count=count))
    assert answers(graph) == answers(theshire)
    assert graph.relationships["HAD_IP"].height == 5


def test_a_broadcast_gives_nobody_an_address(theshire: Graph, recording: Workspace) -> None:
    """NetBIOS datagrams that WORKSTATION5 sent to all, as another machine's older Sysmon writes them."""
    heard = Connection(
        time=BUSY, host=OTHER, source_ip="172.18.39.255", source_port=138, destination_ip=OWN, destination_port=138,
        destination_name="WORKSTATION5", initiated=False, protocol="udp", pid=4, path="System", code="Sysmon/3",
    )  # fmt: skip
    graph = mutated(recording, [heard])
    assert answers(graph) == answers(theshire)
    assert graph.relationships["HAD_IP"].height == 5


def test_a_hand_over_adds_two_intervals_and_no_more(theshire: Graph, recording: Workspace) -> None:
    """Six connections over 500 s, at a time without a logon from the address."""
    graph = mutated(recording, address(QUIET, count=6))
    assert answers(graph) == answers(theshire)
    assert graph.relationships["HAD_IP"].height == 7


@pytest.mark.parametrize("name", ["WORKSTATION6", "MORDORDC", "localhost", "KALI"])
def test_a_chosen_name_moves_no_source(theshire: Graph, recording: Workspace, name: str) -> None:
    def renamed(logons: pl.DataFrame) -> pl.DataFrame:
        person = pl.col("source_ip").is_not_null() & ~pl.col("user").str.ends_with("$")
        return logons.with_columns(workstation=pl.when(person).then(pl.lit(name)).otherwise("workstation"))

    graph = mutated(recording, logon=renamed)
    assert answers(graph) == answers(theshire)
    doubts = set(graph.relationships["REMOTE_LOGON"].get_column("doubt").drop_nulls())
    assert doubts == ({"name_address_mismatch"} if name in {"WORKSTATION6", "MORDORDC"} else set())
