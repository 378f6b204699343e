"""Every act of the two ground truths is of the session whose LogonId its own records state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest

from graphhunt.evidence import Workspace
from graphhunt.graph.graph import Graph

STATED = {
    "RAN": ("process_start", "logon_id"), "EXECUTED": ("process_start", "logon_id"),
    "SPAWNED": ("process_start", "creator_logon_id"), "ACCESSED": ("process_access", "logon_id"),
    "INJECTED_INTO": ("process_access", "logon_id"), "WROTE": ("file_action", "logon_id"),
    "READ": ("file_action", "logon_id"), "DELETED": ("file_action", "logon_id"),
    "RENAMED": ("file_action", "logon_id"), "LOADED": ("file_action", "logon_id"),
    "SET_REGISTRY": ("registry_action", "logon_id"), "READ_REGISTRY": ("registry_action", "logon_id"),
    "INSTALLED": ("service_install", "logon_id"), "OPENED_SHARE": ("share_access", "logon_id"),
    "USED_CREDENTIALS": ("explicit_credentials", "subject_logon_id"), "LOGGED_ON": ("logon", "logon_id"),
}  # fmt: skip
"""By which kind of record, in which field, an act's own session is stated."""

BOOTED = 0x5F692255 * 1_000_000
"""WORKSTATION5 of ground truth A booted unrecorded: the second in the GUID {b34bc01c-2255-5f69-0100-...} of System."""

Table = dict[str, list[tuple[str, str, int]]]


def stated(case: Path, kind: str, field: str) -> Table:
    """Give (machine, LogonId, time) that the records of a kind state, by event id."""
    frame = Workspace(case).facts(kind).collect().filter(pl.col(field).is_not_null())
    machine = frame.get_column("host").str.split(".").list.first().str.to_lowercase()
    rows = frame.select("event_id", machine, field, "time").iter_rows()
    table: Table = {}
    for event, host, logon, time in rows:
        table.setdefault(event, []).append((host, logon, time))
    return table


def acts(graph: Graph, case: Path) -> Iterator[tuple[str, str | None, tuple[str, str, int]]]:
    """Yield type, session and what the record states, of every act whose record states a LogonId."""
    started = graph.nodes["Process"].filter(~pl.col("stub")).get_column("id")
    for kind, (of, field) in STATED.items():
        records = stated(case, of, field)
        table = graph.relationships.get(
            kind, pl.DataFrame(schema={"logon_session_id": pl.String, "evidence": pl.String})
        )
        if kind in ("RAN", "EXECUTED"):  # What tells of a process without a start states another's session.
            table = table.filter(pl.col("to_id").is_in(started.implode()))
        for session, events in table.select("logon_session_id", "evidence").iter_rows():
            for event in events:
                yield from ((kind, session, found) for found in records.get(event, []))


@pytest.fixture(params=["mordor_theshire_2020", "mordor_purplesharp"])
def recording(request: pytest.FixtureRequest, real_case: Callable[[str], Path]) -> tuple[Graph, Path]:
    graph = request.getfixturevalue({"mordor_theshire_2020": "theshire"}.get(request.param, "purplesharp"))
    return graph, real_case(request.param)


def test_every_act_has_exactly_the_session_its_record_states(recording: tuple[Graph, Path]) -> None:
    graph, case = recording
    rows = graph.relationships["LOGGED_ON"].select("id", "to_id", "logon_id", "start").drop_nulls("logon_id")
    held = {key: (machine, logon, start) for key, machine, logon, start in rows.iter_rows()}
    known = {(machine, logon) for machine, logon, _ in held.values()}
    checked: set[str] = set()
    for kind, session, (machine, logon, time) in acts(graph, case):
        if (machine, logon) in known:
            assert session is not None, (kind, machine, logon)
            its_machine, its_logon, start = held[session]
            assert (its_machine, its_logon) == (machine, logon), kind
            assert machine != "workstation5" or (start < BOOTED) == (time < BOOTED), kind
            checked.add(kind)
    assert {"RAN", "EXECUTED", "SPAWNED", "READ_REGISTRY", "OPENED_SHARE", "LOGGED_ON"} <= checked


def test_no_act_has_a_session_that_isn_t_there(recording: tuple[Graph, Path]) -> None:
    graph, _ = recording
    known = set(graph.relationships["LOGGED_ON"].get_column("id"))
    tables = {**graph.relationships, **graph.nodes}
    carrying = {name: table for name, table in tables.items() if "logon_session_id" in table.columns}
    assert {"REMOTE_LOGON", "CONNECTED", "QUERIED", "Process"} <= carrying.keys()
    for name, table in carrying.items():
        assert set(table.get_column("logon_session_id").drop_nulls()) <= known, name


def logon_of(graph: Graph, kind: str, **wanted: str) -> set[str | None]:
    """Give the LogonIds of the sessions of relationships whose ends are as wanted."""
    rows = graph.relationships[kind].filter(*(pl.col(name).str.contains(text) for name, text in wanted.items()))
    sessions = graph.relationships["LOGGED_ON"].select("logon_session_id", its="logon_id")
    return set(rows.join(sessions, on="logon_session_id", how="left").get_column("its"))


@pytest.mark.parametrize(
    ("kind", "process", "logon"),
    [
        ("CONNECTED", "c4f7-5f67-a707", "0x2da8840"),  # PS remoting
        ("CONNECTED", "28bd-5f68-af08", "0x32c5cb5"),  # WMI ExecMethod
        ("CONNECTED", "fd6c-5f66-7605", "0x3e7"),  # SMBExec's service, as SYSTEM
    ],
)
def test_what_the_stagers_sent_is_of_their_sessions(theshire: Graph, kind: str, process: str, logon: str) -> None:
    assert logon_of(theshire, kind, from_id=process, to_id="10.10.10.5") == {logon}


def test_a_service_was_made_in_the_session_that_its_4697_states(theshire: Graph) -> None:
    """Its 7045 states none: the two records of the one act are both of that session."""
    assert logon_of(theshire, "INSTALLED", to_id="pgujloakfqfvomhgfqpx") == {"0x2074186"}


def test_what_the_tool_did_is_of_the_session_it_was_started_in(purplesharp: Graph) -> None:
    assert logon_of(purplesharp, "CONNECTED", from_id="4300-5f91-ae04") == {"0x9cc0b6"}
