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
    """A network log saw a connection, without a process (Zeek conn, NetFlow, firewall).

    `allowed` is False for one that was refused.
    """

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
    allowed: bool = True


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


class RemoteExecutionHint(Fact, frozen=True, kw_only=True, tag="remote_execution_hint"):
    """A client called an interface of another machine (Zeek dce_rpc), which may be how something was run there.

    Attributes:
        endpoint: The interface, such as `svcctl`, with the `operation` of it that was called.
        pipe: The named pipe that carried the call; None where it had a port of its own.
        source_ip: The caller's end, with `source_port`; `destination_ip` and `destination_port` are the machine's own.
    """

    endpoint: str | None = None
    operation: str | None = None
    pipe: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    destination_ip: str | None = None
    destination_port: int | None = None


class FileTransfer(Fact, frozen=True, kw_only=True, tag="file_transfer"):
    """A file went over the network (Zeek files, Suricata fileinfo).

    Attributes:
        name: Its name, as the protocol states it; what a client claims.
        size: Its bytes, as far as the sensor saw them.
        service: The protocol that carried it.
        outgoing: Whether the client sent it; None where the record doesn't say.
    """

    name: str | None = None
    md5: str | None = None
    sha1: str | None = None
    sha256: str | None = None
    size: int | None = None
    service: str | None = None
    outgoing: bool | None = None
    source_ip: str | None = None
    source_port: int | None = None
    destination_ip: str | None = None
    destination_port: int | None = None


class ServerRequest(Fact, frozen=True, kw_only=True, tag="server_request"):
    """A client asked a server for something by name (HTTP), or for a session under a name (TLS).

    Attributes:
        name: The server, as the client calls it, which needn't be its own.
        protocol: http or tls.
        target: What was asked for: the path of a page.
        method: How, with `status`, the server's answer.
        user_agent: The client in its own words.
        certificate: What the server's certificate is known by, with `certificate_subject` and `certificate_issuer`.
        fingerprint: What the client's first words are known by (JA3).
    """

    name: str | None = None
    protocol: str = ""
    target: str | None = None
    method: str | None = None
    status: str | None = None
    user_agent: str | None = None
    certificate: str | None = None
    certificate_subject: str | None = None
    certificate_issuer: str | None = None
    fingerprint: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    destination_ip: str | None = None
    destination_port: int | None = None
