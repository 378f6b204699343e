"""Facts about addresses and connections."""

from __future__ import annotations

import msgspec

from graphhunt.model.fact import Fact


class Connection(Fact, frozen=True, kw_only=True, tag="connection"):
    """A process had a network connection (Sysmon 3, 5156, 5157, EDR).

    `source_*`/`destination_*` are as the record says; which end is this machine is graphing's work, from
    `initiated` (Sysmon) or `direction` (`inbound`/`outbound`, 5156). `allowed` is False for a blocked one.
    """

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    user: str | None = None
    domain: str | None = None
    protocol: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    source_name: str | None = None
    destination_ip: str | None = None
    destination_port: int | None = None
    destination_name: str | None = None
    initiated: bool | None = None
    direction: str | None = None
    allowed: bool = True
    bytes_out: int | None = None
    bytes_in: int | None = None


class Flow(Fact, frozen=True, kw_only=True, tag="flow"):
    """A network log saw a connection, without a process (Zeek conn, NetFlow, firewall)."""

    protocol: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    destination_ip: str | None = None
    destination_port: int | None = None
    service: str | None = None
    state: str | None = None
    duration: int | None = None
    bytes_out: int | None = None
    bytes_in: int | None = None


class DnsQuery(Fact, frozen=True, kw_only=True, tag="dns_query"):
    """A name was looked up (Sysmon 22, Zeek dns). `answers` holds addresses and names."""

    guid: str | None = None
    pid: int | None = None
    path: str | None = None
    query: str | None = None
    answers: list[str] = msgspec.field(default_factory=list)
    status: str | None = None
    source_ip: str | None = None


class Lease(Fact, frozen=True, kw_only=True, tag="lease"):
    """A machine was given an address (DHCP), or states the addresses it has."""

    ip: str | None = None
    name: str | None = None
    mac: str | None = None
