"""Accounts, sessions and processes are told apart and put together as graph-model.md says."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphhunt.graph.accounts import split_name
from graphhunt.graph.graph import build
from graphhunt.model import Connection, Fact, Logoff, Logon, MachineState, ProcessStart

from .facts import SECOND, T0, frames

SID = "S-1-5-21-1-2-3-1001"


def logon(user: str, domain: str | None = "CORP", at: int = 0, **more: object) -> Logon:
    fields: dict[str, object] = {"host": "SRV.corp.local", "logon_id": "0x1", "logon_type": 3, **more}
    return Logon(time=T0 + at * SECOND, user=user, domain=domain, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("user", "domain", "folded"),
    [
        ("Ann", "CORP", ("corp", "ann")),
        ("Ann", "corp.example.com", ("corp", "ann")),
        (r"CORP\Ann", None, ("corp", "ann")),
        ("ann@corp.example.com", None, ("corp", "ann")),
        ("Ann", ".", ("srv", "ann")),
        ("Ann", None, ("", "ann")),
    ],
)
def test_spellings_fold(user: str, domain: str | None, folded: tuple[str, str]) -> None:
    assert split_name(user, domain, "srv") == folded


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("@SUM(1+1)", "@SUM(1+1)"), ("@", "@"), ("@@", "@@"), ("@a@b", "@a@b"), ("\\", "\\"), ("CORP\\", "CORP\\"),
        ("CORP\\@x", "@x"), ("a@b@corp.local", "a@b"), ("ann@", "ann"), ("CORP\\a\\b", "a\\b"),
        ("=1+1", "=1+1"), ("Ann Lee", "Ann Lee"), ("\u202eeve", "\u202eeve"), ("CORP\\Ann", "Ann"), ("Ann@corp", "Ann"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("more", [{}, {"sid": SID}])
def test_a_name_is_kept_exactly_and_never_empty(written: str, name: str, more: dict[str, Any]) -> None:
    """Only `DOMAIN\\name` and `name@domain` are taken apart, and only where a name is left."""
    users = build(frames([logon(written, **more)])).nodes["User"]
    assert users.get_column("name").to_list() == [name]


@given(st.text(st.sampled_from("@\\\\aB1.=(_"), min_size=1, max_size=8))
@settings(max_examples=12, deadline=None)
def test_no_name_is_lost(written: str) -> None:
    (name,) = build(frames([logon(written)])).nodes["User"].get_column("name").to_list()
    assert name
    assert name in written
    if "\\" not in written and "@" not in written:
        assert name == written


def test_every_spelling_of_an_account_is_one_node() -> None:
    facts: list[Fact] = [
        logon("ann", sid=SID), logon("Ann", "corp.local", 1), logon("ann@corp.local", None, 2), logon("ANN", None, 3),
    ]  # fmt: skip
    users = build(frames(facts)).nodes["User"]
    assert users.get_column("id").to_list() == [SID]


def test_a_local_account_is_not_the_domain_account_of_its_name() -> None:
    facts: list[Fact] = [logon("ann", sid=SID), logon("ann", "SRV", 1, logon_id="0x2")]
    assert set(build(frames(facts)).nodes["User"].get_column("id")) == {SID, r"srv\ann"}


def test_a_name_given_anew_goes_to_the_account_seen_nearest() -> None:
    other = "S-1-5-21-1-2-3-2002"
    facts: list[Fact] = [
        logon("ann", sid=SID, at=0, logon_id="0x1"), logon("ann", sid=other, at=1000, logon_id="0x2"),
        ProcessStart(time=T0 + 10 * SECOND, host="SRV", pid=5, path="a.exe", user="ann", domain="CORP"),
        ProcessStart(time=T0 + 990 * SECOND, host="SRV", pid=6, path="b.exe", user="ann", domain="CORP"),
    ]  # fmt: skip
    processes = build(frames(facts)).nodes["Process"]
    assert dict(processes.select("name", "user_id").iter_rows()) == {"a.exe": SID, "b.exe": other}


def test_system_under_the_machine_account_name_is_system() -> None:
    facts: list[Fact] = [logon("SRV$", sid="S-1-5-18", logon_type=5, logon_id="0x3e7")]
    user = build(frames(facts)).nodes["User"].row(0, named=True)
    assert (user["id"], user["name"], user["kind"]) == ("S-1-5-18", "SYSTEM", "system")


def test_a_logon_id_used_again_after_a_boot_is_another_session() -> None:
    facts: list[Fact] = [
        logon("ann", sid=SID, at=0), logon("ann", sid=SID, at=1000),
        MachineState(time=T0 + 500 * SECOND, host="srv", state="boot"),
        ProcessStart(time=T0 + 10 * SECOND, host="SRV", pid=5, path="a.exe", user="ann", domain="CORP", logon_id="0x1"),
    ]  # fmt: skip
    sessions = build(frames(facts)).relationships["LOGGED_ON"]
    assert sorted(sessions.get_column("start").to_list()) == [T0, T0 + 1000 * SECOND]


def test_a_logon_id_of_another_account_is_another_session() -> None:
    facts: list[Fact] = [
        logon("ann", sid=SID), logon("bob", sid="S-1-5-21-1-2-3-1002", at=1000),
        Logoff(time=T0 + 1100 * SECOND, host="SRV", sid="S-1-5-21-1-2-3-1002", user="bob", logon_id="0x1"),
    ]  # fmt: skip
    rows = build(frames(facts)).relationships["LOGGED_ON"].sort("start").iter_rows(named=True)
    assert [(row["start"] - T0, row["open"]) for row in rows] == [(0, True), (1000 * SECOND, False)]


def test_failed_logons_are_never_sessions() -> None:
    graph = build(frames([logon("ann", success=False, status="0xc000006a"), logon("ann", success=False, at=2)]))
    assert "LOGGED_ON" not in graph.relationships
    assert graph.relationships["FAILED_LOGON"].get_column("count").sum() == 2


def test_two_sensors_start_records_are_one_process() -> None:
    """Sysmon without a pid and 4688 without a GUID, as some exports have them."""
    facts: list[Fact] = [
        ProcessStart(time=T0, host="SRV", guid="{a}", path=r"C:\x\cmd.exe", command_line="cmd  /c dir", user="ann"),
        ProcessStart(time=T0 + SECOND, host="SRV", pid=77, path=r"C:\x\CMD.EXE", command_line="cmd /c dir", user="ann"),
        Connection(time=T0 + 5 * SECOND, host="SRV", pid=77, path=r"\device\hd\x\cmd.exe", source_ip="10.0.0.1",
                   source_port=50001, destination_ip="10.0.0.2", destination_port=80, direction="outbound"),
    ]  # fmt: skip
    graph = build(frames(facts))
    assert graph.nodes["Process"].select("id", "pid").rows() == [("srv|{a}", 77)]
    assert graph.relationships["CONNECTED"].get_column("from_id").to_list() == ["srv|{a}"]


def test_as_many_processes_as_started() -> None:
    """Three equal commands in one second, seen by both sensors, are three processes."""
    facts: list[Fact] = []
    for number in range(3):
        at = T0 + number * SECOND // 4
        common = {"host": "SRV", "path": "a.exe", "command_line": "a"}
        facts.append(ProcessStart(time=at, guid=f"{{{number}}}", **common))  # type: ignore[arg-type]
        facts.append(ProcessStart(time=at + SECOND, pid=100 + number, **common))  # type: ignore[arg-type]
    processes = build(frames(facts)).nodes["Process"]
    assert sorted(processes.select("guid", "pid").rows()) == [("{0}", 100), ("{1}", 101), ("{2}", 102)]


def test_one_connection_seen_twice_counts_once() -> None:
    seen = {"host": "SRV", "source_ip": "10.0.0.1", "source_port": 50001, "destination_ip": "10.0.0.2",
            "destination_port": 80, "protocol": "tcp", "guid": "{a}"}  # fmt: skip
    facts: list[Fact] = [
        Connection(time=T0, initiated=True, code="Sysmon/3", **seen),  # type: ignore[arg-type]
        Connection(time=T0 + SECOND, direction="outbound", code="Security/5156", **seen),  # type: ignore[arg-type]
    ]
    rows = build(frames(facts)).relationships["CONNECTED"]
    assert rows.select("count", pl.col("evidence").list.len()).rows() == [(1, 2)]
