"""Zeek's logs to facts, by the log's path (conn, dns, …).

A network log has no machine of its own: `host` is the server's end, under its own name where the log has one
(NTLM), else under its address; facts about both ends alike have none.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any, TypeAlias

from graphhunt.model import (
    Authentication,
    Detection,
    DnsQuery,
    Fact,
    FileTransfer,
    Flow,
    Lease,
    Logon,
    RemoteExecutionHint,
    ServerRequest,
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
_NAMELESS_FILE = Skipped("file without name and hash")
_NOTHING_CALLED = Skipped("dce_rpc call that names nothing")
_INFERRED = 0.6
"""How sure Zeek is of an ssh connection's outcome."""
_SECOND = 1_000_000
_TICKETS = {"AS": "kerberos-tgt", "TGS": "kerberos-service"}
_SECONDS_MOST = 1e10


def outcome(path: str, time: int, row: Row) -> list[Fact] | Skipped:
    """Give what a record of this log says."""
    handler = _HANDLERS.get(path)
    if handler is None:
        return Skipped(f"unmapped: zeek/{path}" if path in _KNOWN else "unmapped: zeek/other")
    return handler({"time": time, "code": f"zeek/{path}", "record_id": v.text(row("uid"))}, row)


def path_by_keys(record: Container[str]) -> str | None:
    """Tell which log a record that doesn't say so is of, by what only that log has; None if nothing tells."""
    return next((path for path, keys in _TELLING if all(key in record for key in keys)), None)


def _ends(row: Row) -> dict[str, Any]:
    return {"source_ip": v.ip(row("id.orig_h")), "source_port": v.port(row("id.orig_p"))}


def _both(row: Row) -> dict[str, Any]:
    own = {"destination_ip": v.ip(row("id.resp_h")), "destination_port": v.port(row("id.resp_p"))}
    return {**_ends(row), **own}


def _server(row: Row) -> str | None:
    return v.text(row("id.resp_h"))


def _conn(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    return [
        Flow(
            **base,
            **_both(row),
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
            **_both(row),
            host=_server(row),
            user=user,
            domain=v.text(domain),
            protocol=_TICKETS.get(str(row("request_type")), "kerberos-tgt"),
            service=v.text(row("service")),
            success=bool(success),
            status=error,
            encryption=v.text(row("cipher")),
            certificate_subject=v.text(row("client_cert_subject")),
        )
    ]


def _ntlm(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    user, success = v.text(row("username")), v.flag(row("success"))
    if user is None:
        return _NOBODY
    if success is None:
        return _UNANSWERED
    server = v.text(row("server_dns_computer_name"))
    return [
        Authentication(
            **base,
            **_both(row),
            host=server or _server(row),
            server_name=server or v.text(row("server_nb_computer_name")),
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
    return [
        SessionChange(
            **base,
            **_both(row),
            host=_server(row),
            action="attempt",
            user=user,
            domain=domain,
            client_name=client,
            status=v.text(row("result")),
        )
    ]


def _ssh(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    """Read a connection whose outcome Zeek infers from the sizes of what was sent."""
    success = v.flag(row("auth_success"))
    if success is None:
        return _UNANSWERED
    return [
        Logon(
            **base,
            **_both(row),
            host=_server(row),
            success=success,
            logon_process="sshd",
            certainty=_INFERRED,
        )
    ]


def _smb(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    share = v.text(row("path"))
    return [
        ShareAccess(
            **base,
            **_both(row),
            host=_server(row),
            share=share,
            target=v.text(row("name")),
            server_name=_named(share),
            service=v.text(row("service")),
            operation=v.text(row("action")),
            access=v.text(row("action") or row("share_type")),
        )
    ]


def _named(share: str | None) -> str | None:
    r"""Give the machine's name in `\\name\share`; None where that is an address."""
    name = v.text((share or "").lstrip("\\").partition("\\")[0]) if (share or "").startswith("\\") else None
    return None if v.is_address(name) else name


def _dce_rpc(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    """Read a call; one through a port of its own, whose number stands for the pipe's name, opens no share."""
    pipe, endpoint, asked = v.text(row("named_pipe")), v.text(row("endpoint")), v.text(row("operation"))
    pipe = None if pipe is None or pipe.isdecimal() else pipe
    if pipe is None and endpoint is None and asked is None:
        return _NOTHING_CALLED
    ends = {**base, **_both(row), "host": _server(row)}
    call = RemoteExecutionHint(**ends, endpoint=endpoint, operation=asked, pipe=pipe)
    if pipe is None:
        return [call]
    operation = ".".join(filter(None, (endpoint, asked))) or None
    return [ShareAccess(**ends, share="IPC$", target=pipe, access=operation, operation=operation), call]


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


def _http(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    return [
        ServerRequest(
            **base,
            **_both(row),
            name=v.text(row("host")),
            protocol="http",
            target=v.text(row("uri")),
            method=v.text(row("method")),
            status=v.text(row("status_code")),
            user_agent=v.text(row("user_agent")),
        )
    ]


def _ssl(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    chain = row("cert_chain_fps")
    return [
        ServerRequest(
            **base,
            **_both(row),
            name=v.text(row("server_name")),
            protocol="tls",
            status="established" if v.flag(row("established")) else None,
            certificate=v.text(chain[0]) if isinstance(chain, list) and chain else None,
            certificate_subject=v.text(row("subject")),
            certificate_issuer=v.text(row("issuer")),
            fingerprint=v.text(row("ja3")),
        )
    ]


def _files(base: dict[str, Any], row: Row) -> list[Fact] | Skipped:
    """Read a file that was seen; one without a name and hash, of which there are many, tells nothing."""
    name = v.text(row("filename"))
    hashes: dict[str, Any] = {kind: v.text(row(kind)) for kind in ("md5", "sha1", "sha256")}
    if name is None and not any(hashes.values()):
        return _NAMELESS_FILE
    return [
        FileTransfer(
            **base,
            **_both(row),
            **hashes,
            name=name,
            size=v.number(row("total_bytes")) or v.number(row("seen_bytes")),
            service=v.protocol(row("source")),
            outgoing=v.flag(row("is_orig")),
        )
    ]


_HANDLERS = {
    "http": _http,
    "ssl": _ssl,
    "files": _files,
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
_TELLING = (
    ("conn", ("conn_state",)),
    ("dns", ("query", "qclass")),
    ("dns", ("query", "rcode_name")),
    ("http", ("method", "trans_depth")),
    ("ssl", ("cipher", "established")),
    ("files", ("fuid", "seen_bytes")),
    ("kerberos", ("request_type", "client")),
    ("ntlm", ("domainname", "hostname")),
    ("ntlm", ("server_nb_computer_name",)),
    ("rdp", ("cookie", "security_protocol")),
    ("rdp", ("client_build", "client_name")),
    ("ssh", ("auth_attempts",)),
    ("smb_mapping", ("share_type", "path")),
    ("dce_rpc", ("endpoint", "operation")),
    ("notice", ("note", "msg")),
    ("dhcp", ("assigned_addr", "mac")),
    ("smb_files", ("action", "path", "name")),
)
"""Logs by keys that no other log has together, the most frequent ones first."""

_KNOWN = frozenset(
    {
        "capture_loss", "dpd", "ftp", "irc", "known_certs", "known_hosts", "known_services", "ldap",
        "loaded_scripts", "modbus", "mysql", "ntp", "ocsp", "packet_filter", "pe", "quic", "radius", "reporter", "sip",
        "smtp", "snmp", "socks", "software", "stats", "syslog", "traceroute", "tunnel", "weird", "x509",
    }
)  # fmt: skip
