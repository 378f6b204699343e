"""One dirty or hostile fact in a real recording: no other answer changes, and its own as the rule says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from graphhunt.evidence import Workspace
from graphhunt.graph.graph import Graph, build
from graphhunt.model import FACTS, Connection, Fact, ProcessStart

from .facts import SECOND, frames

OWN, OTHER = "172.18.39.5", "WORKSTATION6.theshire.local"
"""WORKSTATION5's address in ground truth A, and a machine that never had it."""

BUSY = 1_600_618_600 * SECOND
"""2020-09-20 16:16:40, between connections of WORKSTATION5 and its logons on WORKSTATION6."""

QUIET = 1_600_686_000 * SECOND
"""2020-09-21 11:00, when nothing was recorded for hours."""

KINDS = tuple(str(fact.__struct_config__.tag) for fact in FACTS)

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


def again(workspace: Workspace, *, numbered: bool) -> Graph:
    """Build the graph of a recording of which a second collection has every record too.

    It keeps the numbers of records, or neither these nor the fractions of seconds.
    """
    second = pl.col("time") // SECOND * SECOND
    poorer = [] if numbered else [second.alias("time"), pl.lit(None, pl.String).alias("record_id")]

    def give(kind: str) -> pl.DataFrame:
        whole = workspace.facts(kind).collect()
        other = whole.with_columns(*poorer, source=pl.lit("siem"), event_id="siem" + pl.col("event_id").str.slice(4))
        return pl.concat([whole, other])

    return build(give)


def answers(graph: Graph) -> set[tuple[object, ...]]:
    logons = graph.relationships["REMOTE_LOGON"]
    return set(
        logons.select("from_id", "to_id", "logon_id", "start", "technique", "confidence", "certainty").iter_rows()
    )


def address(start: int, *, count: int = 1, host: str = OTHER) -> list[Connection]:
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


def test_a_broker_of_the_desktop_names_no_technique(theshire: Graph, recording: Workspace) -> None:
    """Windows starts RuntimeBroker with `-Embedding` in any session; PsExec's stays PsExec."""
    broker = ProcessStart(
        time=1_600_618_620 * SECOND, host=OTHER, pid=7_777, path=r"C:\Windows\System32\RuntimeBroker.exe",
        command_line=r"C:\Windows\System32\RuntimeBroker.exe -Embedding", parent_pid=744, user="pgustavo",
        parent_path=r"C:\Windows\System32\svchost.exe", domain="THESHIRE", logon_id="0x2990d17", code="Security/4688",
    )  # fmt: skip
    graph = mutated(recording, [broker])
    assert answers(graph) == answers(theshire)
    known = set(theshire.nodes["Process"].get_column("id"))
    new = graph.nodes["Process"].filter(~pl.col("id").is_in(known) & ~pl.col("stub"))
    assert new.get_column("name").to_list() == ["runtimebroker.exe"]


def test_a_pid_used_again_takes_no_child(theshire: Graph, recording: Workspace) -> None:
    """The pid of the stager's parent is another cmd.exe's the next morning."""
    known = recording.facts("process_start").collect()
    before = known.filter(pl.col("path").str.ends_with("cmd.exe") & pl.col("pid").is_not_null()).sort("time").row(
        0, named=True
    )  # fmt: skip
    again = ProcessStart(
        time=QUIET, host=before["host"], pid=before["pid"], path=before["path"], code="Security/4688",
        user="SYSTEM", domain="NT AUTHORITY", sid="S-1-5-18", logon_id="0x3e7", parent_pid=744,
        parent_path=r"C:\Windows\System32\svchost.exe",
    )  # fmt: skip
    graph = mutated(recording, [again])
    assert answers(graph) == answers(theshire)
    kept = set(theshire.relationships["SPAWNED"].select("from_id", "to_id").iter_rows())
    new = set(graph.relationships["SPAWNED"].select("from_id", "to_id").iter_rows()) - kept
    assert kept <= set(graph.relationships["SPAWNED"].select("from_id", "to_id").iter_rows())
    assert len(new) == 1


def test_a_lost_logon_is_told_by_the_shares_it_opened(theshire: Graph, recording: Workspace) -> None:
    """One 4624 of the service hijack is missing; its 5140 and 5145 name account and address."""
    lost = "0x438b2f1"
    graph = mutated(recording, logon=lambda logons: logons.filter(pl.col("logon_id").ne_missing(lost)))
    known = answers(theshire)
    assert known - answers(graph) == {row for row in known if row[2] == lost}
    (hop,) = (
        graph.relationships["REMOTE_LOGON"]
        .join(theshire.relationships["REMOTE_LOGON"], on=["from_id", "to_id", "start", "logon_id"], how="anti",
              nulls_equal=True)
        .iter_rows(named=True)
    )  # fmt: skip
    assert (hop["from_id"], hop["to_id"], hop["user_name"]) == ("workstation5", "workstation6", "pgustavo")
    assert hop["certainty"] == 0.9
    assert hop["witnesses"] == ["share"]


def test_a_name_that_windows_cut_is_the_whole_one(theshire: Graph, recording: Workspace) -> None:
    """The source is called longer than NetBIOS allows: its own log has the whole name, everybody else's 15 letters."""
    whole, cut = "WORKSTATION5-OF-THE-LAB", "WORKSTATION5-OF"

    def renamed(frame: pl.DataFrame) -> pl.DataFrame:
        texts = [pl.col(name) for name, kind in frame.schema.items() if kind == pl.String and name != "event_id"]
        old = "(?i)workstation5\\b"
        own = [text.str.replace_all(old, whole if text.meta.output_name() == "host" else cut) for text in texts]
        return frame.with_columns(own)

    graph = mutated(recording, (), **dict.fromkeys(KINDS, renamed))
    assert set(graph.nodes["Machine"].get_column("id")) == {"mordordc", "workstation6", whole.lower()}
    expected = {
        tuple(whole.lower() if value == "workstation5" else value for value in row) for row in answers(theshire)
    }
    assert answers(graph) == expected


@pytest.mark.parametrize("heard", [False, True])
def test_ground_truth_b_holds_against_a_false_sighting(
    purplesharp: Graph, real_case: Callable[[str], Path], *, heard: bool
) -> None:
    """A broadcast that another machine heard, or a record that gives WORKSTATION5's address to it, amid the fan-out."""
    (false,) = address(1_603_355_393 * SECOND)
    if heard:
        false = msgspec.structs.replace(
            false, source_ip="172.18.39.255", source_port=138, destination_ip=OWN, destination_port=138,
            protocol="udp", initiated=False,
        )  # fmt: skip
    graph = mutated(Workspace(real_case("mordor_purplesharp")), [false])
    assert answers(graph) == answers(purplesharp)
    assert graph.relationships["HAD_IP"].height == purplesharp.relationships["HAD_IP"].height


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("name", ["mordor_theshire_2020", "mordor_purplesharp"])
def test_a_second_collection_of_everything_changes_nothing(
    theshire: Graph, purplesharp: Graph, real_case: Callable[[str], Path], name: str, *, numbered: bool
) -> None:
    """Every property of every node and relationship, but which of two equal records stands for the act."""
    workspace = Workspace(real_case(name))
    before = theshire if name == "mordor_theshire_2020" else purplesharp
    after = again(workspace, numbered=numbered)
    assert after.nodes.keys() == before.nodes.keys()
    for label, table in before.nodes.items():
        assert_frame_equal(after.nodes[label], table)
    assert after.relationships.keys() == before.relationships.keys()
    records = ["source", "evidence", "technique_records"]
    for kind, table in before.relationships.items():
        assert_frame_equal(after.relationships[kind].drop(records, strict=False), table.drop(records, strict=False))
    is_double = pl.col("reason").str.starts_with("duplicate of")
    told = pl.concat([workspace.facts(kind).select("event_id").collect() for kind in KINDS]).n_unique()
    assert after.undrawn.filter(is_double).height == told
    others, known = after.undrawn.filter(~is_double).get_column("reason"), before.undrawn.get_column("reason")
    assert sorted(others) == sorted(known)
