"""An address means a machine only at a time, and only if one machine has it."""

from __future__ import annotations

import polars as pl

from graphhunt.graph.graph import build
from graphhunt.model import Authentication, Connection, Fact, Logon

from .facts import SECOND, T0, frames

HOUR = 3600 * SECOND


def out(host: str, ip: str, at: int) -> Fact:
    return Connection(time=T0 + at, host=host, source_ip=ip, source_port=50001, destination_ip="10.9.9.9",
                      destination_port=443, initiated=True, pid=9, path="a.exe")  # fmt: skip


def logon(ip: str, at: int, logon_id: str) -> Fact:
    return Logon(time=T0 + at, host="SRV", user="ann", domain="CORP", logon_id=logon_id, logon_type=3, source_ip=ip)


def sources(facts: list[Fact]) -> dict[str, tuple[str, str]]:
    remote = build(frames(facts)).relationships.get("REMOTE_LOGON", pl.DataFrame())
    return {row["logon_id"]: (row["from_label"], row["from_id"]) for row in remote.iter_rows(named=True)}


def test_dhcp_passes_an_address_on() -> None:
    facts = [out("WS1", "10.0.0.5", 0), out("WS2", "10.0.0.5", 20 * HOUR),
             logon("10.0.0.5", HOUR, "0x1"), logon("10.0.0.5", 21 * HOUR, "0x2")]  # fmt: skip
    assert sources(facts) == {"0x1": ("Machine", "ws1"), "0x2": ("Machine", "ws2")}


def test_a_shared_address_stays_an_address() -> None:
    facts = [out("WS1", "10.0.0.5", 0), out("WS2", "10.0.0.5", 60 * SECOND), out("WS1", "10.0.0.5", 120 * SECOND),
             logon("10.0.0.5", 60 * SECOND, "0x1")]  # fmt: skip
    assert sources(facts) == {"0x1": ("IP", "10.0.0.5")}


def test_a_sighting_too_long_ago_proves_nothing() -> None:
    facts = [out("WS1", "10.0.0.5", 0), logon("10.0.0.5", 8 * 24 * HOUR, "0x1")]
    assert sources(facts) == {"0x1": ("IP", "10.0.0.5")}


def test_a_machine_is_never_its_own_source() -> None:
    facts = [out("SRV", "10.0.0.9", 0), logon("10.0.0.9", HOUR, "0x1"), logon("::1", HOUR, "0x2"),
             logon("::ffff:127.0.0.1", HOUR, "0x3")]  # fmt: skip
    assert sources(facts) == {}


def test_a_mapped_address_is_folded() -> None:
    facts = [out("WS1", "10.0.0.5", 0), logon("::ffff:10.0.0.5", HOUR, "0x1")]
    assert sources(facts) == {"0x1": ("Machine", "ws1")}


def test_a_machine_known_by_its_address_alone_has_it() -> None:
    facts: list[Fact] = [
        Authentication(time=T0 + at, host="10.0.0.4", user="ann", domain="CORP") for at in (HOUR, 3 * HOUR)
    ]
    graph = build(frames(facts))
    leases = graph.relationships["HAD_IP"].select("from_id", "to_id", "start", "end", "count")
    assert leases.rows() == [("10.0.0.4", "10.0.0.4", T0 + HOUR, T0 + 3 * HOUR, 2)]


def test_such_a_machine_takes_no_address_from_one_with_a_name() -> None:
    seen = [Authentication(time=T0 + at, host="10.0.0.5", user="ann", domain="CORP") for at in (HOUR, 2 * HOUR)]
    facts: list[Fact] = [
        out("WS1", "10.0.0.5", 0),
        out("WS1", "10.0.0.5", 90 * 60 * SECOND),
        *seen,
        logon("10.0.0.5", HOUR, "0x1"),
    ]
    assert sources(facts) == {"0x1": ("Machine", "ws1")}
    leases = build(frames(facts)).relationships["HAD_IP"]
    assert sorted(leases.select("from_id", "to_id").iter_rows()) == [("10.0.0.5", "10.0.0.5"), ("ws1", "10.0.0.5")]
