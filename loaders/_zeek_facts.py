"""Zeek's logs to facts, by the log's path (conn, dns, …).

A network log has no machine of its own: `host` is the server's end, under its own name where the log has one
(NTLM), else under its address; facts about both ends alike have none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from graphhunt.model import (
    Authentication,
    Detection,
    DnsQuery,
    Fact,
    Flow,
    Lease,
    Logon,
    SessionChange,
    ShareAccess,
    Skipped,
)

from . import _values as v

Row: TypeAlias = Callable[[str], Any]
"""Reads a field of a record by Zeek's own name, such as `id.orig_h`."""

_UNANSWERED = Skipped("authentication without an outcome")
_NOBODY = Skipped("authentication that names no account")
_NAMELESS_RDP = Skipped("rdp connection that names nobody")
_PORT_NOT_PIPE = Skipped("unmapped: zeek/dce_rpc over TCP")
_SECOND = 1_000_000
_TICKETS = {"AS": "kerberos-tgt", "TGS": "kerberos-service"}
_SECONDS_MOST = 1e10


def outcome(path: str, time: int, row: Row) -> list[Fact] | Skipped:
    """Give what a record of this log says."""
    handler = _HANDLERS.get(path)
    if handler is None:
        return Skipped(f"unmapped: zeek/{path}" if path in _KNOWN else "unmapped: zeek/other")
    return handler({"time": time, "code": f"zeek/{path}", "record_id": v.text(row("uid"))}, row)


def _ends(row: Row) -> dict[str, Any]:
    return {"source_ip": v.ip(row("id.orig_h")), "source_port": v.port(row("id.orig_p"))}


def _server(row: Row) -> str | None:
    return v.text(row("id.resp_h"))


def _conn(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    return [
        Flow(
            **base,
            **_ends(row),
            destination_ip=v.ip(row("id.resp_h")),
            destination_port=v.port(row("id.resp_p")),
            protocol=v.protocol(row("proto")),
            service=v.text(row("service")),
            state=v.text(row("conn_state")),
            duration=_micros(row("duration")),
            bytes_out=v.number(row("orig_bytes")),
            bytes_in=v.number(row("resp_bytes")),
        )
    ]


def _micros(seconds: object) -> int | None:
    try:
        value = float(v.text(seconds) or "nan")
    except ValueError:
        return None
    return round(value * _SECOND) if 0 <= value < _SECONDS_MOST else None


def _dns(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    answers = row("answers")
    return [
        DnsQuery(
            **base,
            query=v.text(row("query")),
            answers=[answer for answer in map(v.text, answers) if answer] if isinstance(answers, list) else [],
            status=v.text(row("rcode_name")),
            source_ip=v.ip(row("id.orig_h")),
        )
    ]


def _kerberos(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    user, _, domain = (v.text(row("client")) or "").partition("/")
    success, error = v.flag(row("success")), v.text(row("error_msg"))
    if not user:
        return _NOBODY
    if success is None and error is None:
        return _UNANSWERED
    return [
        Authentication(
            **base,
            **_ends(row),
            host=_server(row),
            user=user,
            domain=v.text(domain),
            protocol=_TICKETS.get(str(row("request_type")), "kerberos-tgt"),
            service=v.text(row("service")),
            success=bool(success),
            status=error,
            encryption=v.text(row("cipher")),
        )
    ]


def _ntlm(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    user, success = v.text(row("username")), v.flag(row("success"))
    if user is None:
        return _NOBODY
    if success is None:
        return _UNANSWERED
    return [
        Authentication(
            **base,
            **_ends(row),
            host=v.text(row("server_dns_computer_name")) or _server(row),
            user=user,
            domain=v.text(row("domainname")),
            protocol="ntlm",
            workstation=v.text(row("hostname")),
            success=success,
        )
    ]


def _rdp(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    user, domain = v.account(row("cookie"))
    client = v.text(row("client_name"))
    if user is None and client is None:
        return _NAMELESS_RDP
    source_ip = v.ip(row("id.orig_h"))
    return [
        SessionChange(
            **base,
            host=_server(row),
            action="connect",
            user=user,
            domain=domain,
            client_name=client,
            source_ip=source_ip,
        )
    ]


def _ssh(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    success = v.flag(row("auth_success"))
    if success is None:
        return _UNANSWERED
    return [Logon(**base, **_ends(row), host=_server(row), success=success, logon_process="sshd")]


def _smb(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    return [
        ShareAccess(
            **base,
            **_ends(row),
            host=_server(row),
            share=v.text(row("path")),
            target=v.text(row("name")),
            access=v.text(row("action") or row("share_type")),
        )
    ]


def _dce_rpc(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    """Read a call through a named pipe; one through a port of its own opens no share."""
    pipe = v.text(row("named_pipe"))
    if pipe is None or pipe.isdecimal():
        return _PORT_NOT_PIPE
    operation = ".".join(filter(None, (v.text(row("endpoint")), v.text(row("operation")))))
    return [ShareAccess(**base, **_ends(row), host=_server(row), share="IPC$", target=pipe, access=operation or None)]


def _notice(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    return [
        Detection(
            **base,
            rule=v.text(row("note")),
            action=_joined(row("actions")),
            target=v.text(row("msg")),
            source_ip=v.ip(row("src") or row("id.orig_h")),
            destination_ip=v.ip(row("dst") or row("id.resp_h")),
        )
    ]


def _joined(values: object) -> str | None:
    return ", ".join(filter(None, map(v.text, values))) or None if isinstance(values, list) else v.text(values)


def _dhcp(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    ip = v.ip(row("assigned_addr") or row("assigned_ip"))
    name = v.text(row("host_name") or row("client_fqdn"))
    return [Lease(**base, ip=ip, name=name, mac=v.text(row("mac")))] if ip else Skipped("lease without an address")


_HANDLERS = {
    "conn": _conn,
    "dns": _dns,
    "kerberos": _kerberos,
    "ntlm": _ntlm,
    "rdp": _rdp,
    "ssh": _ssh,
    "smb_mapping": _smb,
    "smb_files": _smb,
    "dce_rpc": _dce_rpc,
    "notice": _notice,
    "dhcp": _dhcp,
}
_KNOWN = frozenset(
    {
        "capture_loss", "dpd", "files", "ftp", "http", "irc", "known_certs", "known_hosts", "known_services", "ldap",
        "loaded_scripts", "modbus", "mysql", "ntp", "ocsp", "packet_filter", "pe", "quic", "radius", "reporter", "sip",
        "smtp", "snmp", "socks", "software", "ssl", "stats", "syslog", "traceroute", "tunnel", "weird", "x509",
    }
)  # fmt: skip
