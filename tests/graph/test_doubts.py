"""What records say that can't be, or that others deny, from every rule in one table."""

from __future__ import annotations

from typing import Any

import polars as pl

from graphhunt.graph.doubts import SCHEMA, counted_doubts
from graphhunt.graph.graph import Graph, build
from graphhunt.model import Connection, Fact, Logon, MachineState, ProcessEnd, ProcessStart

from .facts import SECOND, T0, frames

DAY = 86_400 * SECOND
CLONE = "S-1-5-21-5-5-5-1001"
GUID = "{b34bc01c-1000-5f5e-0100-000000000400}"


def logon(host: str, time: int, **more: Any) -> Logon:
    return Logon(time=time, host=host, code="Security/4624", logon_type=3, **more)


def talk(host: str, ip: str, at: int) -> Connection:
    return Connection(
        time=T0 + at * SECOND, host=host, code="Sysmon/3", initiated=True, source_ip=ip, source_port=50_000,
        destination_ip="10.9.9.9", destination_port=445,
    )  # fmt: skip


def swinging() -> list[Fact]:
    return [talk(f"WS{at // 600 % 2 + 1}", "10.0.0.5", at) for at in range(0, 3600, 60)]


def story() -> list[Fact]:
    return [
        *swinging(),
        MachineState(time=T0, host="FS01.alpha.example", state="boot"),
        MachineState(time=T0 + 100 * DAY, host="FS01.beta.example", state="boot"),
        MachineState(time=T0 + 30 * DAY, host="FS01", state="boot"),
        logon("A.x.example", T0, user="Bob", domain="A", sid=CLONE, logon_id="0x1"),
        logon("B.x.example", T0, user="Bob", domain="B", sid=CLONE, logon_id="0x1"),
        logon("SRV", T0 + 90 * SECOND, user="ann", domain="CORP", logon_id="0x1", source_ip="10.0.0.66",
              workstation="WS1"),
        ProcessStart(time=T0 + 10 * SECOND, host="WS9", code="Sysmon/1", guid=GUID, pid=7, path=r"C:\a.exe"),
        ProcessEnd(time=T0 + 5 * SECOND, host="WS9", code="Sysmon/5", guid=GUID, pid=7, path=r"C:\a.exe"),
    ]  # fmt: skip


def told(graph: Graph) -> dict[str, tuple[str, bool]]:
    rows = graph.doubts.select("kind", "subject", "repaired").iter_rows()
    return {kind: (subject, repaired) for kind, subject, repaired in rows}


def test_every_rule_gives_its_doubts_once_with_their_records() -> None:
    graph = build(frames(story()))
    hop = graph.relationships["REMOTE_LOGON"].filter(pl.col("from_id") == "10.0.0.66").item(0, "id")
    assert told(graph) == {
        "address_shared": ("10.0.0.5", False),
        "which_host": ("fs01", False),
        "cloned_sid": (CLONE, True),
        "name_address_mismatch": (hop, False),
        "end_before_start": (f"ws9|{GUID}", True),
    }
    assert graph.doubts.schema == pl.Schema(SCHEMA)
    assert all(graph.doubts.get_column("evidence").list.len() > 0)
    assert counted_doubts(graph.doubts)["end_before_start"] == {"found": 1, "repaired": 1}


def test_where_records_agree_nothing_is_doubted() -> None:
    assert build(frames([talk("WS1", "10.0.0.5", at) for at in range(0, 3600, 60)])).doubts.is_empty()
