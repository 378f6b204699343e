"""Invariants: tables that break one are mended by its rule, and every violation is told."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from graphhunt.graph.graph import Graph, build
from graphhunt.graph.invariants import Kept, kept
from graphhunt.model import Connection, Logon, ProcessStart

from .facts import SECOND, T0, frames

PATH = r"C:\Windows\System32\cmd.exe"
GUID = "{b34bc01c-1000-5f5e-0100-000000000400}"
OLD = "{b34bc01c-0ff0-5f5e-0100-000000000400}"
WHO: dict[str, Any] = {"host": "SRV", "user": "ann", "domain": "CORP", "logon_id": "0x1"}
WIRE: dict[str, Any] = {"source_ip": "10.0.0.1", "destination_ip": "10.0.0.2", "destination_port": 80}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return build(
        frames(
            [
                Logon(time=T0, code="Security/4624", logon_type=3, source_ip="10.0.0.9", **WHO),
                ProcessStart(time=T0 + SECOND, code="Sysmon/1", guid=GUID, pid=100, path=PATH, **WHO),
                ProcessStart(time=T0 + 2 * SECOND, pid=200, path=PATH, parent_pid=100, parent_path=PATH, **WHO),
                Connection(time=T0 + 3 * SECOND, host="SRV", guid=GUID, pid=100, path=PATH, initiated=True, **WIRE),
                # Its start is known by its GUID alone, long before it is first seen.
                Connection(time=T0 + 99 * SECOND, host="SRV", guid=OLD, pid=300, path=PATH, initiated=True, **WIRE),
            ]
        )
    )


def again(graph: Graph, **changed: pl.DataFrame) -> Kept:
    """Keep the graph with some tables changed; the records are those of the whole one."""
    events = pl.concat(
        [table.select(event_id="evidence").explode("event_id") for table in graph.relationships.values()]
    )
    nodes = {label: changed.get(label, table) for label, table in graph.nodes.items()}
    relationships = {kind: changed.get(kind, table) for kind, table in graph.relationships.items()}
    return kept(nodes, relationships, events.unique())


def told(found: Kept) -> dict[str, tuple[str, bool]]:
    rows = found.doubts.select("subject", "kind", "repaired").iter_rows()
    return {subject: (kind, repaired) for subject, kind, repaired in rows}


def test_a_graph_that_keeps_them_stays_as_it_is(graph: Graph) -> None:
    found = again(graph)
    assert found.doubts.is_empty()
    assert all(found.nodes[label].equals(table) for label, table in graph.nodes.items())
    assert all(found.relationships[kind].equals(table) for kind, table in graph.relationships.items())


def test_what_leads_nowhere_or_is_proved_by_nothing_is_left_out(graph: Graph) -> None:
    ran = graph.relationships["RAN"]
    stray = ran.head(1).with_columns(id=pl.lit("stray"), to_id=pl.lit("nobody"))
    unproved = ran.head(1).with_columns(id=pl.lit("unproved"), evidence=pl.lit(["unknown"]))
    bare = ran.head(1).with_columns(id=pl.lit("bare"), evidence=pl.lit([], pl.List(pl.String)))
    found = again(graph, RAN=pl.concat([ran, stray, unproved, bare]))
    assert found.relationships["RAN"].equals(ran)
    assert told(found) == {
        "stray": ("end_missing", True), "unproved": ("no_evidence", True), "bare": ("no_evidence", True),
    }  # fmt: skip


def test_a_record_that_is_not_stored_is_not_cited(graph: Graph) -> None:
    ran = graph.relationships["RAN"]
    more = (
        pl.when(pl.int_range(pl.len()) == 0).then(pl.concat_list("evidence", pl.lit("unknown"))).otherwise("evidence")
    )
    found = again(graph, RAN=ran.with_columns(evidence=more))
    assert found.relationships["RAN"].equals(ran)
    assert told(found) == {ran.item(0, "id"): ("unknown_evidence", True)}


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -0.1, 1.5])
def test_a_share_is_a_number_from_0_to_1(graph: Graph, number: float) -> None:
    hops = graph.relationships["REMOTE_LOGON"].with_columns(certainty=pl.lit(number))
    found = again(graph, REMOTE_LOGON=hops)
    assert found.relationships["REMOTE_LOGON"].get_column("certainty").to_list() == [None]
    assert told(found) == {hops.item(0, "id"): ("number_out_of_range", True)}


def test_no_node_is_last_seen_before_it_was_first_seen(graph: Graph) -> None:
    table = graph.nodes["Process"].with_columns(last_seen=pl.lit(T0 - 60 * SECOND))
    found = again(graph, Process=table)
    assert found.nodes["Process"].equals(table.with_columns(last_seen="first_seen"))
    assert told(found) == dict.fromkeys(table.get_column("id"), ("last_seen_before_first_seen", True))


def test_nothing_ends_before_it_starts(graph: Graph) -> None:
    table = graph.relationships["CONNECTED"].sort("start").head(1)
    by = {"near": SECOND // 2, "far": 9 * SECOND}
    rows = [table.with_columns(id=pl.lit(name), end=pl.col("start") - less) for name, less in by.items()]
    found = again(graph, CONNECTED=pl.concat(rows))
    ends = dict(found.relationships["CONNECTED"].select("id", "end").iter_rows())
    assert ends == {"near": table.item(0, "start"), "far": None}
    assert told(found) == dict.fromkeys(by, ("end_before_start", True))


def test_no_machine_logs_on_to_itself_from_afar(graph: Graph) -> None:
    hops = graph.relationships["REMOTE_LOGON"].with_columns(from_id=pl.lit("srv"), from_label=pl.lit("Machine"))
    found = again(graph, REMOTE_LOGON=hops)
    assert "REMOTE_LOGON" not in found.relationships
    assert told(found) == {hops.item(0, "id"): ("remote_logon_to_itself", True)}


def test_of_two_parents_the_better_told_one_is_kept(graph: Graph) -> None:
    spawned = graph.relationships["SPAWNED"]
    child = spawned.item(0, "to_id")
    other = spawned.with_columns(id=pl.lit("other"), from_id=pl.lit(child), count=pl.lit(0))
    found = again(graph, SPAWNED=pl.concat([spawned, other.cast(spawned.schema)]))
    assert found.relationships["SPAWNED"].equals(spawned)
    assert told(found) == {"other": ("several_parents", True)}


def test_an_act_before_its_process_is_told_as_recorded(graph: Graph) -> None:
    table = graph.relationships["CONNECTED"].sort("start").head(1).with_columns(start=pl.lit(T0 - 60 * SECOND))
    found = again(graph, CONNECTED=table)
    assert found.relationships["CONNECTED"].equals(table)
    assert told(found)[table.item(0, "id")] == ("act_outside_life", False)


@pytest.mark.parametrize(("before", "moved"), [(1.9, False), (2.1, True)])
def test_a_session_begins_with_its_first_act_at_the_latest(graph: Graph, before: float, moved: bool) -> None:
    logons = graph.relationships["LOGGED_ON"]
    session, at = logons.item(0, "id"), T0 - round(before * SECOND)
    acts = graph.relationships["EXECUTED"].with_columns(start=pl.lit(at), logon_session_id=pl.lit(session))
    found = again(graph, EXECUTED=acts)
    row = found.relationships["LOGGED_ON"].row(0, named=True)
    assert (row["start"], row["start_how"]) == ((at, "first act") if moved else (T0, "logon"))
    assert told(found) == ({session: ("session_after_its_acts", True)} if moved else {})
