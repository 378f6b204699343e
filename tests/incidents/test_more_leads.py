"""Leads of clocks, of WMI subscriptions and of clients that name themselves after others; rows made by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from graphhunt.incidents.leads import beacons
from graphhunt.incidents.leads.beacons import beacon_leads
from graphhunt.incidents.leads.hops import hop_leads
from graphhunt.incidents.sentences import Writer, plain
from graphhunt.incidents.tables import Tables

from .made import MINUTE, commands, flow, process, tables

OUTSIDE: Any = SimpleNamespace(outside={"203.0.113.9": ("named",)})


def clock(source: str, **more: Any) -> dict[str, Any]:
    """Make a pair that called for an hour, evenly."""
    return {"source": source, "destination": "203.0.113.9", "score": 0.9, "hosts": 1, "connections": 61, "first": 0,
            "last": 60 * MINUTE, **more}  # fmt: skip


def found(monkeypatch: pytest.MonkeyPatch, known: Tables, *clocks: dict[str, Any]) -> list[Any]:
    monkeypatch.setattr(beacons, "_beacons", lambda _: pl.DataFrame(list(clocks)))
    return list(beacon_leads(known, OUTSIDE))


def call(program: str, count: int) -> dict[str, Any]:
    return {"id": f"c {program}", "from_id": f"m|{program}", "to_id": "203.0.113.9", "start": 0, "end": 60 * MINUTE,
            "count": count, "direction": "outgoing", "machine_id": "m", "evidence": [f"e {program}"]}  # fmt: skip


def test_a_clock_is_of_the_process_that_made_the_most_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = [call("up.exe", 60), call("x.exe", 1)]
    known = commands(process("up.exe", user_id="ann"), process("x.exe"), CONNECTED=calls)
    (lead,) = found(monkeypatch, known, clock("m"))
    assert (lead.kind, lead.vertex, lead.machine, lead.account) == ("beacon", "process|m|up.exe", "m", "ann")
    assert (lead.evidence, lead.relationships) == (("e up.exe",), ("c up.exe",))
    said = plain(Writer(known).lead(lead, None))
    assert said == "up.exe on m called the outside address 203.0.113.9 61 times as by a clock (score 0.90)"


def test_a_clock_that_a_sensor_alone_saw_is_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    (lead,) = found(monkeypatch, tables(FLOWED_TO=[flow("10.0.0.2", "203.0.113.9", 443)]), clock("10.0.0.2"))
    assert (lead.kind, lead.vertex, lead.account) == ("network_beacon", "host|10.0.0.2", None)


@pytest.mark.parametrize("more", [{"score": 0.69}, {"hosts": 4}, {"last": 2 * MINUTE - 1}, {"destination": "10.0.0.7"}])
def test_what_is_no_clock_of_an_intruder(monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]) -> None:
    """Uneven, called by many, over in two minutes, or inside."""
    assert not found(monkeypatch, commands(process("up.exe"), CONNECTED=[call("up.exe", 60)]), clock("m", **more))


def hop(**more: Any) -> dict[str, Any]:
    return {"id": "h", "from_id": "10.0.0.8", "from_label": "IP", "to_id": "m", "to_label": "Machine", "start": 0,
            "user_id": "ann", "user_kind": "person", "certainty": 0.9, "evidence": ["e"], "source_ip": "10.0.0.8",
            **more}  # fmt: skip


def kinds(known: Tables) -> list[str]:
    return [lead.kind for lead in hop_leads(known, SimpleNamespace(outside={}))]  # type: ignore[arg-type]


def test_a_wmi_subscription_over_a_remote_session() -> None:
    made = {"technique": "T1546.003", "technique_level": "clear", "technique_reason": "a WMI consumer was made"}
    assert kinds(tables(REMOTE_LOGON=[hop(**made)])) == ["remote_subscription"]
    assert kinds(tables(REMOTE_LOGON=[hop(**made | {"technique_level": "open"})])) == []


def test_a_client_that_names_itself_after_another_machine() -> None:
    """Only where that machine is known to have other addresses: else it may be the one."""
    row = hop(doubt="name_address_mismatch", stated_name="FS1")
    machines = [{"id": "fs1", "name": "fs1"}, {"id": "m", "name": "m"}]
    for address, expected in (("10.0.0.9", ["name_mismatch"]), ("10.0.0.8", [])):
        had = [{"id": "x", "from_id": "fs1", "to_id": address}]
        assert kinds(tables(REMOTE_LOGON=[row], Machine=machines, HAD_IP=had)) == expected
    assert kinds(tables(REMOTE_LOGON=[row], Machine=machines)) == []
