"""Every act belongs to one logon session: over restarts, passing LogonIds, halves of a logon, and acting for others."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from graphhunt.graph.graph import Graph, build
from graphhunt.model import (
    Connection,
    DnsQuery,
    ExplicitCredentials,
    Fact,
    FileAction,
    Logoff,
    Logon,
    MachineState,
    ProcessAccess,
    ProcessStart,
    RegistryAction,
    ServiceInstall,
    ShareAccess,
    TaskAction,
)
from tests.graph.facts import SECOND, T0, frames

ANN: dict[str, Any] = {"host": "SRV", "user": "ann", "domain": "CORP", "sid": "S-1-5-21-1-2-3-1001"}
BOB: dict[str, Any] = {"host": "SRV", "user": "bob", "domain": "CORP", "sid": "S-1-5-21-1-2-3-1002"}
SYSTEM: dict[str, Any] = {"host": "SRV", "user": "SYSTEM", "domain": "NT AUTHORITY", "sid": "S-1-5-18"}


def at(seconds: int) -> int:
    return T0 + seconds * SECOND


def logon(who: dict[str, Any], seconds: int, logon_id: str, **more: Any) -> Logon:
    return Logon(time=at(seconds), logon_id=logon_id, **{"logon_type": 2, **who, **more})


def started(name: str, who: dict[str, Any], seconds: int, logon_id: str | None, **more: Any) -> ProcessStart:
    """A start as Sysmon records it, with a GUID of its own."""
    path = rf"C:\t\{name}.exe"
    return ProcessStart(time=at(seconds), guid=f"{{{name}}}", path=path, logon_id=logon_id, **{**who, **more})


def boot(seconds: int) -> MachineState:
    return MachineState(time=at(seconds), host="SRV", state="boot")


def begun(graph: Graph) -> dict[str, int]:
    """Say when each session began, in seconds, by its id."""
    rows = graph.relationships["LOGGED_ON"]
    assert rows.get_column("logon_session_id").to_list() == rows.get_column("id").to_list()
    return {key: (start - T0) // SECOND for key, start in rows.select("id", "start").iter_rows()}


def ran(*facts: Fact) -> dict[str, int | None]:
    """Say of each process when its session began; by node and by both relationships the same."""
    graph = build(frames(facts))
    sessions = begun(graph)
    held = graph.nodes["Process"].select("id", "name", "logon_session_id")
    for kind in ("RAN", "EXECUTED"):
        acts = graph.relationships[kind].select("to_id", "logon_session_id")
        both = held.join(acts, left_on="id", right_on="to_id")
        assert both.filter(pl.col("logon_session_id").ne_missing(pl.col("logon_session_id_right"))).is_empty()
    return {name: None if key is None else sessions[key] for _, name, key in held.iter_rows()}


def test_a_logon_id_of_two_boots_names_two_sessions() -> None:
    facts = [
        logon(ANN, 0, "0x1"), started("a", ANN, 10, "0x1"), boot(500),
        logon(ANN, 1000, "0x1"), started("b", ANN, 1010, "0x1"),
    ]  # fmt: skip
    assert ran(*facts) == {"a.exe": 0, "b.exe": 1000}


def test_the_system_s_own_sessions_are_one_per_boot_whoever_is_named() -> None:
    """Windows writes 0x3e7 as SYSTEM and, as the one who asks, under the machine's own name."""
    named: dict[str, Any] = {"host": "SRV", "user": "SRV$", "domain": "CORP", "sid": "S-1-5-21-1-2-3-1100"}
    facts = [
        boot(0), logon(SYSTEM, 5, "0x3e7", logon_type=0), logon(named, 50, "0x3e7", logon_type=5),
        started("a", SYSTEM, 60, "0x3e7"), started("b", SYSTEM, 10, "0x3e7"),
        boot(5000), logon(SYSTEM, 5005, "0x3e7", logon_type=0), started("c", SYSTEM, 5010, "0x3e7"),
    ]  # fmt: skip
    assert ran(*facts) == {"a.exe": 5, "b.exe": 5, "c.exe": 5005}


def test_records_that_follow_each_other_tell_of_one_boot() -> None:
    """Kernel-General 12 is written by the kernel, 4608 when the security log runs."""
    facts = [
        logon(SYSTEM, 0, "0x3e7"), boot(900), started("a", SYSTEM, 905, "0x3e7"),
        boot(920), started("b", SYSTEM, 930, "0x3e7"),
    ]  # fmt: skip
    assert ran(*facts) == {"a.exe": 905, "b.exe": 905}


@pytest.mark.parametrize(("seconds", "session"), [(990, 0), (999, 1000), (1001, 1000)])
def test_an_act_written_just_before_its_logon_is_its_session_s(seconds: int, session: int) -> None:
    """Nobody recorded the boot: the LogonId passes to another account."""
    facts = [logon(ANN, 0, "0x1"), logon(BOB, 1000, "0x1"), started("a", ANN, seconds, "0x1")]
    assert ran(*facts) == {"a.exe": session}


@pytest.mark.parametrize(("seconds", "session"), [(490, 0), (499, 499), (501, 501)])
def test_an_act_written_just_before_its_boot_is_of_that_boot(seconds: int, session: int) -> None:
    facts = [logon(SYSTEM, 0, "0x3e7"), boot(500), started("a", SYSTEM, seconds, "0x3e7")]
    assert ran(*facts) == {"a.exe": session}


@pytest.mark.parametrize(("recorded", "lost"), [("0x10", "0x11"), ("0x11", "0x10")])
def test_the_half_of_a_logon_that_isn_t_recorded_is_part_of_the_half_that_names_it(recorded: str, lost: str) -> None:
    facts = [
        logon(ANN, 0, recorded, linked_logon_id=lost, logon_type=10, source_ip="192.0.2.9"),
        started("a", ANN, 10, recorded), started("b", ANN, 20, lost),
        Logoff(time=at(90), logon_id=lost, **ANN),
    ]  # fmt: skip
    assert ran(*facts) == {"a.exe": 0, "b.exe": 0}
    graph = build(frames(facts))
    assert graph.relationships["LOGGED_ON"].select("logon_id", "end").rows() == [(recorded, at(90))]
    (entry,) = graph.relationships["REMOTE_LOGON"].get_column("logon_session_id")
    assert set(graph.nodes["Process"].get_column("logon_session_id")) == {entry}


def test_both_halves_of_a_logon_are_sessions_where_both_are_recorded() -> None:
    facts = [
        logon(ANN, 0, "0x10", linked_logon_id="0x11"), logon(ANN, 1, "0x11", linked_logon_id="0x10"),
        started("a", ANN, 10, "0x10"), started("b", ANN, 20, "0x11"),
    ]  # fmt: skip
    assert ran(*facts) == {"a.exe": 0, "b.exe": 1}


@pytest.mark.parametrize("naming", [("0x10",), ("0x11",), ("0x10", "0x11")])
def test_the_halves_of_a_logon_are_one_group_whichever_names_the_other(naming: tuple[str, ...]) -> None:
    twin = {"0x10": "0x11", "0x11": "0x10"}
    facts = [
        logon(ANN, seconds, key, linked_logon_id=twin[key] if key in naming else None)
        for seconds, key in ((0, "0x10"), (1, "0x11"))
    ]
    rows = build(frames([*facts, logon(BOB, 2, "0x12")])).relationships["LOGGED_ON"]
    ids = dict(rows.select("logon_id", "id").iter_rows())
    groups = dict(rows.select("logon_id", "logon_group").iter_rows())
    assert groups == {"0x10": ids["0x10"], "0x11": ids["0x10"], "0x12": None}


def test_a_half_named_before_a_boot_is_nobody_s_after_it() -> None:
    facts = [
        logon(ANN, 0, "0x10", linked_logon_id="0x11"), boot(500), started("a", BOB, 600, "0x11"),
    ]  # fmt: skip
    assert ran(*facts) == {"a.exe": 600}


def acting() -> list[Fact]:
    """A service's program acts for ann (0x7) and for itself (0x3e7); she works on the same machine as well."""
    service: dict[str, Any] = {"host": "SRV", "guid": "{svc}", "path": r"C:\t\svc.exe"}
    tool: dict[str, Any] = {"host": "SRV", "guid": "{tool}", "path": r"C:\t\tool.exe"}
    other: dict[str, Any] = {"target_guid": "{tool}", "target_path": r"C:\t\tool.exe"}
    by_ann: dict[str, Any] = {**ANN, "logon_id": "0x7"}
    key, subject = r"HKLM\a", {f"subject_{name}": ANN[name] for name in ("user", "domain", "sid")}
    return [
        logon(SYSTEM, 0, "0x3e7", logon_type=0), logon(ANN, 100, "0x7", logon_type=3, source_ip="192.0.2.9"),
        started("svc", SYSTEM, 10, "0x3e7"), started("tool", ANN, 110, "0x7", parent_guid="{svc}", parent_path="svc"),
        started("child", BOB, 115, "0x9", parent_guid="{tool}", creator_logon_id="0x7"),
        FileAction(time=at(120), operation="create", target=r"C:\own", **service),
        FileAction(time=at(121), operation="create", target=r"C:\hers", **{**service, **by_ann}),
        RegistryAction(time=at(122), operation="modify", key=key, **service),
        RegistryAction(time=at(123), operation="modify", key=key, user="ann", domain="CORP", logon_id="0x7", **service),
        ProcessAccess(time=at(124), operation="access", granted="0x10", **other, **service),
        ProcessAccess(time=at(125), operation="access", granted="0x10", **other, **{**service, **by_ann}),
        Connection(time=at(126), source_ip="192.0.2.1", source_port=50001, destination_ip="192.0.2.2",
                   destination_port=80, initiated=True, **tool),
        DnsQuery(time=at(127), query="example.org", **tool),
        ServiceInstall(time=at(128), service="made", image=r"C:\m.exe", **by_ann),
        TaskAction(time=at(129), operation="create", task=r"\made", **by_ann),
        ShareAccess(time=at(130), share=r"\\*\C$", target="a", source_ip="192.0.2.9", **by_ann),
        ExplicitCredentials(time=at(131), host="SRV", user="bob", domain="CORP", target_server="DC",
                            subject_logon_id="0x7", **subject),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Graph:
    return build(frames(acting()))


@pytest.mark.parametrize(
    ("kind", "sessions"),
    [
        ("WROTE", {0, 100}), ("SET_REGISTRY", {0, 100}), ("ACCESSED", {0, 100}), ("CONNECTED", {100}),
        ("QUERIED", {100}), ("INSTALLED", {100}), ("OPENED_SHARE", {100}), ("USED_CREDENTIALS", {100}),
        ("SPAWNED", {0, 100}), ("RAN", {0, 100, 115}), ("EXECUTED", {0, 100, 115}), ("LOGGED_ON", {0, 100, 115}),
        # What the 4648 alone tells of is possible only: no session is drawn for it.
        ("REMOTE_LOGON", {100, None}),
    ],
)  # fmt: skip
def test_an_act_is_of_the_session_its_record_states_else_of_its_process_s(
    served: Graph, kind: str, sessions: set[int | None]
) -> None:
    known: dict[str | None, int | None] = {None: None}
    known.update(begun(served))
    assert {known[key] for key in served.relationships[kind].get_column("logon_session_id")} == sessions


def test_what_a_service_does_for_somebody_stays_apart_from_what_it_does_itself(served: Graph) -> None:
    known = begun(served)
    wrote = served.relationships["WROTE"].select("path", "logon_session_id")
    assert {path: known[key] for path, key in wrote.iter_rows()} == {r"C:\own": 0, r"C:\hers": 100}


def test_a_logon_id_that_no_session_has_names_none() -> None:
    """The account that opened the file isn't known, so that nobody's session can be drawn; not even the program's."""
    service: dict[str, Any] = {"host": "SRV", "guid": "{svc}", "path": r"C:\t\svc.exe"}
    facts = [
        logon(SYSTEM, 0, "0x3e7"), started("svc", SYSTEM, 10, "0x3e7"),
        FileAction(time=at(20), operation="create", target=r"C:\a", logon_id="0x55", **service),
    ]  # fmt: skip
    assert build(frames(facts)).relationships["WROTE"].get_column("logon_session_id").to_list() == [None]
