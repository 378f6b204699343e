"""What led to a logon: every rung of the ladder with a case of its own, and the port joins of the ground truths."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from graphhunt.graph.graph import Graph, build
from graphhunt.model import (
    Authentication,
    Connection,
    ExplicitCredentials,
    Fact,
    Logon,
    MachineState,
    ProcessEnd,
    ProcessStart,
    ServiceInstall,
)

from .facts import SECOND, T0, frames

SIDS = {"ann": "S-1-5-21-1-2-3-1101", "bob": "S-1-5-21-1-2-3-1102", "eve": "S-1-5-21-1-2-3-1103"}
JUMP, TARGET, FIRST = "10.0.0.2", "10.0.0.3", "10.0.0.1"
TOOL: dict[str, Any] = {"pid": 44, "path": r"c:\x\tool.exe"}
SYSTEM: dict[str, Any] = {"pid": 4, "path": "System"}


def at(second: float) -> int:
    return T0 + int(second * SECOND)


def logon(host: str, user: str, second: float, logon_id: str, **more: Any) -> Logon:
    more = {"logon_type": 3, **more}
    return Logon(
        time=at(second), host=host, user=user, domain="CORP", sid=SIDS[user], logon_id=logon_id, code="Security/4624",
        **more,
    )  # fmt: skip


def inbound(user: str, second: float = 0) -> Logon:
    """Tell of the session that comes into the machine in between."""
    return logon("JUMP", user, second, "0x100", source_ip=FIRST, source_port=40000)


def onward(user: str, second: float = 60, **more: Any) -> Logon:
    more = {"source_ip": JUMP, "source_port": 50123, **more}
    return logon("TARGET", user, second, "0x200", **more)


def opened(second: float, who: dict[str, Any], **more: Any) -> Connection:
    more = {"source_port": 50123, "destination_port": 445, **more}
    return Connection(
        time=at(second), host="JUMP", **who, source_ip=JUMP, destination_ip=TARGET, protocol="tcp", initiated=True,
        code="Sysmon/3", **more,
    )  # fmt: skip


def ran(user: str, logon_id: str, second: float = 10, **who: Any) -> ProcessStart:
    return ProcessStart(
        time=at(second), host="JUMP", user=user, domain="CORP", sid=SIDS.get(user), logon_id=logon_id, **{**TOOL, **who}
    )


LEASES: tuple[Fact, ...] = (
    Connection(
        time=at(-500), host="TARGET", pid=9, path=r"c:\a.exe", source_ip=TARGET, source_port=40001,
        destination_ip="10.0.0.9", destination_port=443, protocol="tcp", initiated=True, code="Sysmon/3",
    ),
    Connection(
        time=at(-500), host="JUMP", pid=8, path=r"c:\a.exe", source_ip=JUMP, source_port=40002,
        destination_ip="10.0.0.9", destination_port=443, protocol="tcp", initiated=True, code="Sysmon/3",
    ),
)  # fmt: skip
"""Whose addresses these are."""


def cause(*facts: Fact) -> dict[str, Any]:
    """Build the graph of the facts and give the logon on TARGET, and under `led` the LogonId of what led to it."""
    rows = build(frames([*LEASES, *facts])).relationships["REMOTE_LOGON"]
    (row,) = rows.filter(pl.col("logon_id") == "0x200").iter_rows(named=True)
    return row | {"led": dict(rows.select("id", "logon_id").iter_rows()).get(row["caused_by"])}


def said(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["cause_how"], row["cause_proved"], row["led"], row["credential_switch"]


def test_the_process_that_opened_it_ran_in_the_session_before() -> None:
    row = cause(inbound("ann"), ran("ann", "0x100"), opened(59, TOOL), onward("ann"))
    assert said(row) == ("process", True, "0x100", False)
    assert row["cause_certainty"] >= 0.9
    assert row["cause_account_id"] == SIDS["ann"]


def test_another_account_at_a_proved_cause_is_a_switch() -> None:
    row = cause(inbound("ann"), ran("ann", "0x100"), opened(59, TOOL), onward("bob"))
    assert said(row) == ("process", True, "0x100", True)


def test_a_local_session_is_a_root_of_its_own() -> None:
    row = cause(logon("JUMP", "ann", 0, "0x50", logon_type=2), ran("ann", "0x50"), opened(59, TOOL), onward("ann"))
    assert said(row) == ("process", True, None, False)
    assert row["origin_session_id"] is not None


def test_a_session_opened_within_another_leads_back_to_it() -> None:
    """`runas` in the session that came in: the process is bob's, what led to it is ann's."""
    inner = logon("JUMP", "bob", 5, "0x60", logon_type=2, subject_logon_id="0x100", subject_user="ann")
    row = cause(inbound("ann"), inner, ran("bob", "0x60"), opened(59, TOOL), onward("bob"))
    assert said(row) == ("process", True, "0x100", True)


@pytest.mark.parametrize("name", ["System", r"c:\windows\system32\svchost.exe", r"C:\Windows\System32\lsass.exe"])
def test_a_broker_proves_the_machine_and_no_account(name: str) -> None:
    row = cause(opened(59, {"pid": 4, "path": name}, user="SYSTEM", domain="NT AUTHORITY"), onward("bob"))
    assert said(row) == ("broker", False, None, None)
    assert row["cause_certainty"] is None


def test_a_program_that_only_bears_a_brokers_name_is_none() -> None:
    fake: dict[str, Any] = {"pid": 44, "path": r"c:\users\ann\svchost.exe"}
    row = cause(inbound("ann"), ran("ann", "0x100", **fake), opened(59, fake), onward("bob"))
    assert said(row) == ("process", True, "0x100", True)


def used(second: float, **more: Any) -> ExplicitCredentials:
    more = {"subject_user": "ann", "subject_domain": "CORP", "subject_sid": SIDS["ann"], **more}
    return ExplicitCredentials(
        time=at(second), host="JUMP", user="bob", domain="CORP", target_server="TARGET", subject_logon_id="0x100",
        **more,
    )  # fmt: skip


def test_explicit_credentials_at_the_source_prove_the_session() -> None:
    row = cause(inbound("ann"), opened(59, SYSTEM), used(35), onward("bob"))
    assert said(row) == ("credentials", True, "0x100", True)


def test_explicit_credentials_of_another_minute_prove_nothing() -> None:
    row = cause(inbound("ann"), opened(59, SYSTEM), used(25), onward("bob"))
    assert said(row) == ("inferred", False, "0x100", None)


def test_a_type_9_session_holds_the_credentials() -> None:
    swap = logon(
        "JUMP", "ann", 5, "0x60", logon_type=9, outbound_user="bob", outbound_domain="CORP", subject_logon_id="0x100",
        subject_user="ann",
    )  # fmt: skip
    row = cause(inbound("ann"), swap, onward("bob"))
    assert said(row) == ("new_credentials", True, "0x100", True)


def test_a_process_of_a_service_goes_back_to_the_session_that_made_it() -> None:
    """The service's program runs as SYSTEM; its child opens the connection with credentials of its own."""
    services: dict[str, Any] = {"parent_pid": 600, "parent_path": r"C:\Windows\System32\services.exe"}
    row = cause(
        inbound("ann"),
        ServiceInstall(
            time=at(3), host="JUMP", service="svc", image=r"c:\x\made.exe", user="ann", domain="CORP", sid=SIDS["ann"],
            logon_id="0x100",
        ),
        ProcessStart(time=at(4), host="JUMP", pid=43, path=r"c:\x\made.exe", command_line=r"c:\x\made.exe", **services),
        ProcessStart(time=at(5), host="JUMP", **TOOL, parent_pid=43, parent_path=r"c:\x\made.exe"),
        opened(59, TOOL),
        onward("bob"),
    )  # fmt: skip
    assert said(row) == ("lineage", True, "0x100", True)


def test_a_sibling_of_a_broker_is_inferred() -> None:
    row = cause(
        inbound("ann"), ran("ann", "0x100"), opened(59, SYSTEM), opened(57, TOOL, source_port=50100), onward("bob")
    )
    assert said(row) == ("sibling", False, "0x100", None)
    assert row["cause_certainty"] <= 0.6


def test_siblings_of_two_sessions_are_no_answer() -> None:
    other: dict[str, Any] = {"pid": 45, "path": r"c:\y\other.exe"}
    row = cause(
        inbound("ann"), logon("JUMP", "eve", 1, "0x101", source_ip="10.0.0.7", source_port=40009),
        ran("ann", "0x100"), ran("eve", "0x101", **other),
        opened(59, SYSTEM), opened(57, TOOL, source_port=50100), opened(58, other, source_port=50101), onward("bob"),
    )  # fmt: skip
    assert (row["cause_how"], row["cause_certainty"], row["cause_candidates"]) == ("inferred", 0.5, 2)


def test_without_any_record_of_the_connection_the_cause_is_inferred_and_says_so() -> None:
    row = cause(inbound("ann"), onward("ann"))
    assert said(row) == ("inferred", False, "0x100", None)
    assert row["cause_certainty"] <= 0.6
    assert "no record at the source tells which process opened it" in row["cause_reason"]


def test_sessions_of_one_account_from_one_place_are_one_root() -> None:
    again = logon("JUMP", "ann", 1, "0x102", source_ip=FIRST, source_port=40003)
    assert cause(inbound("ann"), again, onward("ann"))["cause_candidates"] == 1
    there = logon("JUMP", "ann", 1, "0x102", logon_type=2)
    assert cause(inbound("ann"), there, onward("ann"))["cause_candidates"] == 2


def test_nothing_at_the_source_is_nothing() -> None:
    assert said(cause(onward("ann"))) == ("none", False, None, None)


def test_a_connection_held_open_for_hours_carries_the_logon() -> None:
    row = cause(inbound("ann", -20_000), ran("ann", "0x100", -19_990), opened(-19_000, TOOL), onward("bob"))
    assert said(row) == ("process", True, "0x100", True)


def test_a_port_that_was_used_again_carries_the_later_connection() -> None:
    other: dict[str, Any] = {"pid": 45, "path": r"c:\y\other.exe"}
    row = cause(
        inbound("ann"), logon("JUMP", "eve", 1, "0x101", source_ip="10.0.0.7", source_port=40009),
        ran("ann", "0x100"), ran("eve", "0x101", **other), opened(20, TOOL), opened(50, other), onward("bob"),
    )  # fmt: skip
    assert said(row) == ("process", True, "0x101", True)


@pytest.mark.parametrize(
    "over",
    [
        ProcessEnd(time=at(30), host="JUMP", **TOOL),
        MachineState(time=at(30), host="JUMP", state="boot"),
        Connection(
            time=at(30), host="JUMP", **SYSTEM, source_ip=JUMP, source_port=50123, destination_ip="10.0.0.9",
            destination_port=80, protocol="tcp", initiated=True, code="Sysmon/3",
        ),
    ],
    ids=["process ended", "machine booted", "port taken elsewhere"],
)  # fmt: skip
def test_a_connection_that_had_ended_carries_nothing(over: Fact) -> None:
    row = cause(inbound("ann"), ran("ann", "0x100"), opened(20, TOOL), over, onward("bob"))
    assert row["origin_process_id"] is None
    assert row["credential_switch"] is None


def test_two_processes_that_may_have_opened_it_are_no_answer() -> None:
    other: dict[str, Any] = {"pid": 45, "path": r"c:\y\other.exe"}
    programs = [ran("ann", "0x100"), ran("eve", "0x101", **other)]
    row = cause(inbound("ann"), *programs, opened(58, TOOL), opened(58, other), onward("bob"))
    assert row["origin_process_id"] is None
    assert not row["cause_proved"]


def test_delegation_is_no_switch() -> None:
    ticket = Authentication(
        time=at(58), host="DC", user="bob", domain="CORP", protocol="kerberos-service", service="TARGET$",
        transmitted_services="http/jump.corp.example",
    )  # fmt: skip
    row = cause(inbound("ann"), ran("ann", "0x100"), opened(59, TOOL), ticket, onward("bob"))
    assert said(row) == ("process", True, "0x100", False)


def people(graph: Graph) -> dict[str, dict[str, Any]]:
    rows = graph.relationships["REMOTE_LOGON"].filter(pl.col("user_kind") == "person")
    return {row["logon_id"]: row for row in rows.iter_rows(named=True)}


A = "workstation5|{b34bc01c-%s-000000000%s00}"


@pytest.mark.parametrize(
    ("logon_id", "how", "process"),
    [
        ("0x2074186", "process", A % ("f6f9-5f66-b410", 4)),
        ("0x2990d17", "process", A % ("7dfc-5f67-de11", 4)),
        ("0x2da8840", "process", A % ("7dfc-5f67-de11", 4)),
        ("0x2f1c4dc", "process", A % ("ca61-5f67-ec12", 4)),
        ("0x32c5cb5", "process", A % ("ca61-5f67-ec12", 4)),
        # RpcSs and SMB's driver asked for the program that turned to the same machine.
        ("0x2f1c00e", "sibling", A % ("ca61-5f67-ec12", 4)),
        ("0x2f1f582", "sibling", A % ("ca61-5f67-ec12", 4)),
    ],
)
def test_a_the_port_joins_name_the_processes(theshire: Graph, logon_id: str, how: str, process: str) -> None:
    row = people(theshire)[logon_id]
    assert (row["cause_how"], row["cause_process_id"]) == (how, process)
    assert row["cause_proved"] == (how == "process")


def test_a_services_that_connect_for_others_make_no_switch(theshire: Graph) -> None:
    """sbeavers left WORKSTATION6 through System (session 0x252c1b7); pgustavo came there as himself each time."""
    rows = people(theshire)
    assert not any(row["credential_switch"] for row in rows.values())
    left = rows["0x5b0d6fa"]
    assert (left["cause_how"], left["cause_proved"], left["credential_switch"]) == ("inferred", False, None)
    sessions = theshire.relationships["LOGGED_ON"].filter(pl.col("id") == left["origin_session_id"])
    assert sessions.get_column("logon_id").to_list() == ["0x252c1b7"]


def test_b_one_program_of_one_session_fans_out(purplesharp: Graph) -> None:
    rows = people(purplesharp)
    (session,) = purplesharp.relationships["LOGGED_ON"].filter(pl.col("logon_id") == "0x9cc0b6").get_column("id")
    for logon_id in ("0x8fc6d5", "0x9b1ad0", "0x2125fe4"):
        row = rows[logon_id]
        assert (row["cause_how"], row["cause_proved"]) == ("process", True)
        assert row["cause_process_id"] == "workstation5|{313fa531-4300-5f91-ae04-000000000400}"
        assert row["origin_session_id"] == session
    assert not any(row["credential_switch"] for row in rows.values())
