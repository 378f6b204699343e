"""A log of a real recording with wrong times: it is told, and nothing else changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from graphhunt.evidence import Workspace
from graphhunt.graph.graph import Graph

from .facts import SECOND
from .test_mutations import KINDS, Change, answers, mutated

HOUR = 3600 * SECOND
SETS = ("mordor_theshire_2020", "mordor_purplesharp")


def of_host(host: str) -> pl.Expr:
    return pl.col("host").str.to_lowercase().str.starts_with(host)


def moved(host: str, micros: int) -> Change:
    """Give the facts with the Security log of one host moved, as if its zone had been misread."""
    security = of_host(host) & pl.col("code").str.starts_with("Security/")
    return lambda frame: frame.with_columns(time=pl.when(security).then(pl.col("time") + micros).otherwise("time"))


def drifting(host: str, since: int) -> Change:
    """Give the facts with Sysmon's own clock of connections on one host 90 s further ahead with every hour."""

    def change(frame: pl.DataFrame) -> pl.DataFrame:
        ahead = (
            pl.when(of_host(host) & (pl.col("code") == "Sysmon/3")).then((pl.col("time") - since) // 40).otherwise(0)
        )
        key, value = (pl.element().struct.field(name) for name in ("key", "value"))
        own = pl.col("times").list.eval(pl.element().filter(key == "UtcTime"))
        rest = pl.col("times").list.eval(pl.element().filter(key != "UtcTime"))
        wrong = pl.struct(key=pl.lit("UtcTime"), value=own.list.eval(value).list.first() + ahead)
        times = pl.when(ahead != 0).then(pl.concat_list(rest, wrong)).otherwise("times")
        return frame.with_columns(time=pl.col("time") + ahead, times=times)

    return change


def same(one: Graph, other: Graph, *but: str) -> None:
    """Check that two graphs are equal beside the named properties of machines."""
    assert one.nodes.keys() == other.nodes.keys()
    assert one.relationships.keys() == other.relationships.keys()
    tables = {**other.nodes, **other.relationships}
    for name, table in {**one.nodes, **one.relationships}.items():
        left_out = but if name == "Machine" else ()
        assert_frame_equal(table.drop(left_out), tables[name].drop(left_out))


@pytest.mark.parametrize("recording", SETS)
def test_no_time_of_a_real_recording_is_corrected(request: pytest.FixtureRequest, recording: str) -> None:
    graph: Graph = request.getfixturevalue({SETS[0]: "theshire", SETS[1]: "purplesharp"}[recording])
    assert graph.corrected.height == 0
    assert graph.nodes["Machine"].get_column("zone_offset").drop_nulls().is_empty()


@pytest.mark.parametrize(
    ("name", "recording", "host", "hours"),
    [
        ("theshire", SETS[0], "workstation6", 4), ("theshire", SETS[0], "workstation5", -5.5),
        ("purplesharp", SETS[1], "workstation5", 4), ("purplesharp", SETS[1], "workstation7", -5.5),
    ],
)  # fmt: skip
def test_a_log_in_another_zone_changes_nothing_but_what_is_told(
    request: pytest.FixtureRequest,
    real_case: Callable[[str], Path],
    name: str,
    recording: str,
    host: str,
    hours: float,
) -> None:
    known: Graph = request.getfixturevalue(name)
    micros = round(hours * HOUR)
    changes = dict.fromkeys(KINDS, moved(host, micros))
    graph = mutated(Workspace(real_case(recording)), (), **changes)
    same(graph, known, "zone_offset")
    (told,) = graph.corrected.iter_rows(named=True)
    assert (told["machine_id"], told["channel"], told["what"], told["offset"]) == (host, "Security", "zone", micros)
    assert told["pairs"] >= 12
    zones = graph.nodes["Machine"].select("id", "zone_offset").drop_nulls()
    assert zones.rows() == [(host, micros)]


@pytest.mark.parametrize(
    ("name", "recording"), [("theshire", SETS[0]), ("purplesharp", SETS[1])]
)  # fmt: skip
def test_a_drifting_kind_of_record_gives_way_to_the_time_of_its_writing(
    request: pytest.FixtureRequest, real_case: Callable[[str], Path], name: str, recording: str
) -> None:
    """Sysmon wrote some connections with a clock of its own; the log's own time of them is at most some seconds later.

    The clock was set ten hours before the recording begins.
    """
    known: Graph = request.getfixturevalue(name)
    workspace = Workspace(real_case(recording))
    before = workspace.facts("connection").collect()
    since = int(before.select(pl.col("time").min()).item()) - 10 * HOUR
    graph = mutated(workspace, connection=drifting("workstation5", since))
    assert answers(graph) == answers(known)
    (told,) = graph.corrected.iter_rows(named=True)
    assert (told["machine_id"], told["code"], told["what"], told["field"]) == (
        "workstation5", "Sysmon/3", "drift", "EventTime",
    )  # fmt: skip
    assert told["offset"] >= 10 * 90 * SECOND - SECOND
    ends = graph.relationships["CONNECTED"].join(known.relationships["CONNECTED"], on="id", suffix="_before")
    assert ends.height == known.relationships["CONNECTED"].height == graph.relationships["CONNECTED"].height
    assert ends.select((pl.col("end") - pl.col("end_before")).abs().max()).item() <= 5 * SECOND
