"""A network log that saw the two machines talk speaks for a remote logon between them, and for no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graphhunt.graph.graph import build
from graphhunt.graph.snapshot import Snapshot
from graphhunt.lateral.scores import corroboration, logon_table
from graphhunt.model import Connection, Fact, Flow, Logon

from .facts import SECOND, T0, frames

WS, SRV, STRANGER = "10.0.0.5", "10.0.0.9", "10.0.0.77"


def own_address(host: str, address: str, at: int = 0) -> Connection:
    return Connection(
        time=T0 + at * SECOND, host=host, source_ip=address, source_port=50_000, destination_ip="10.0.0.1",
        destination_port=53, initiated=True, protocol="udp", code="Sysmon/3",
    )  # fmt: skip


def logon(source: str, at: int, logon_id: str = "0x77") -> Logon:
    return Logon(
        time=T0 + at * SECOND, host="SRV", user="ann", domain="CORP", sid="S-1-5-21-1-2-3-1500", logon_id=logon_id,
        logon_type=3, source_ip=source, code="Security/4624",
    )  # fmt: skip


def flow(source: str, at: int, port: int = 445, state: str = "SF", target: str = SRV) -> Flow:
    return Flow(
        time=T0 + at * SECOND, host="sensor", protocol="tcp", source_ip=source, source_port=50_123,
        destination_ip=target, destination_port=port, state=state, code="conn",
    )  # fmt: skip


def spoken_for(folder: Path, *facts: Fact) -> list[str]:
    """Give the logon ids of the remote logons that a flow speaks for."""
    held = Snapshot(folder)
    graph = build(frames([own_address("WS", WS), own_address("SRV", SRV), *facts]))
    held.replace(graph, "f" * 32)
    table = logon_table(held)
    assert table is not None
    ids = dict(graph.relationships["REMOTE_LOGON"].select("id", "logon_id").iter_rows())
    rows: Any = corroboration(table, held).rows.get("network_flow", [])
    return sorted(ids[table.row_id(int(row))] for row in rows)


@pytest.mark.parametrize("port", [22, 135, 445, 3389, 5985])
def test_a_flow_at_the_time_speaks_for_the_logon(tmp_path: Path, port: int) -> None:
    assert spoken_for(tmp_path, logon(WS, 100), flow(WS, 99, port)) == ["0x77"]


def test_an_address_that_names_no_machine_is_a_source_too(tmp_path: Path) -> None:
    assert spoken_for(tmp_path, logon(STRANGER, 100), flow(STRANGER, 99)) == ["0x77"]


@pytest.mark.parametrize(
    "other",
    [
        flow(WS, 99, 443),
        flow(WS, 99, state="S0"),
        flow(WS, 99, state="REJ"),
        flow(STRANGER, 99),
        flow(WS, 99 - 3600),
        flow(WS, 99, target=STRANGER),
    ],
)
def test_other_traffic_says_nothing(tmp_path: Path, other: Flow) -> None:
    assert spoken_for(tmp_path, logon(WS, 100), other) == []


def test_only_the_logon_it_goes_with_is_spoken_for(tmp_path: Path) -> None:
    facts = [logon(WS, 100, "0x1"), logon(WS, 5_000, "0x2"), flow(WS, 4_990), flow(WS, 4_995)]
    assert spoken_for(tmp_path, *facts) == ["0x2"]
