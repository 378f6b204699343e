"""Suricata's EVE log (`eve.json`), one JSON event a line.

Seen: Suricata 3 to 8. Event time is `timestamp`, which states its zone; of a flow it is when that began. flow events
become a Flow (bytes to the server are bytes out), netflow a Flow without bytes, as it tells of the two ways of a flow
apart; alert a Detection; dns answers of any version (one value an event, `answers`, `grouped`, `queries`) a DnsQuery;
dhcp acknowledgements a Lease; smb an Authentication (an NTLM exchange with its outcome) or a ShareAccess; krb5 an
Authentication; rdp a SessionChange (an attempt); http and tls a ServerRequest; fileinfo a FileTransfer. The machine
of those is the server's address. All other events are kept as evidence.

Known gaps: a flow is told when it ends; until then its alerts stand alone. The sensor is no machine. ssh has neither
account nor outcome.

References:
    https://docs.suricata.io/en/latest/output/eve/eve-json-format.html
"""

from __future__ import annotations

from typing import Any

from graphhunt.model import (
    Authentication,
    Detection,
    DnsQuery,
    Fact,
    FileTransfer,
    Flow,
    Lease,
    Rejected,
    ServerRequest,
    SessionChange,
    ShareAccess,
    Skipped,
)
from graphhunt.sources.recognition import Keys

from . import _values as v
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_NOT_EVE = Rejected("not an EVE event")
_QUESTION = Skipped("dns question: its answer is told")
_NO_LEASE = Skipped("dhcp message that assigns no address")
_UNANSWERED = Skipped("authentication without an outcome")
_NOBODY = Skipped("authentication that names no account")
_NAMELESS_RDP = Skipped("rdp connection that names nobody")
_NO_SHARE = Skipped("smb message that tells of no share")
_KNOWN = frozenset(
    {
        "anomaly", "arp", "bittorrent_dht", "dcerpc", "dnp3", "drop", "enip", "frame", "ftp", "ftp_data",
        "http2", "ike", "ikev2", "ldap", "mdns", "modbus", "mqtt", "nfs", "packetinfo", "pgsql", "pop3", "quic",
        "rfb", "sip", "smtp", "snmp", "ssh", "stats", "tftp", "websocket",
    }
)  # fmt: skip
_SUCCESS = "STATUS_SUCCESS"
_GOES_ON = "STATUS_MORE_PROCESSING_REQUIRED"
_TICKETS = {"KRB_AS_REP": "kerberos-tgt", "KRB_TGS_REP": "kerberos-service", "KRB_ERROR": "kerberos-tgt"}


class SuricataLoader(RecordLoader):
    """Reads Suricata's EVE events."""

    name = "suricata"
    signatures = tuple(Keys("event_type", "timestamp", other) for other in ("flow_id", "src_ip", "stats"))

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what an event is."""
        return _outcome(record) if isinstance(record, dict) else _NOT_EVE


def _outcome(event: dict[str, Any]) -> Outcome:
    kind = v.text(event.get("event_type"))
    if kind is None:
        return _NOT_EVE
    time = v.micros(event.get("timestamp"))
    if time is None:
        return NO_TIME
    handler = _HANDLERS.get(kind)
    if handler is None:
        return Skipped(f"unmapped: suricata/{kind if kind in _KNOWN else 'other'}")
    record = v.text(event.get("flow_id"))
    base = {"time": time[0], "guessed_time": not time[1], "code": f"suricata/{kind}", "record_id": record}
    return handler(base, event)


def _part(event: dict[str, Any], name: str) -> dict[str, Any]:
    part = event.get(name)
    return part if isinstance(part, dict) else {}


def _ends(event: dict[str, Any]) -> dict[str, Any]:
    return {"source_ip": v.ip(event.get("src_ip")), "destination_ip": v.ip(event.get("dest_ip"))}


def _both(event: dict[str, Any]) -> dict[str, Any]:
    ports = {"source_port": v.port(event.get("src_port")), "destination_port": v.port(event.get("dest_port"))}
    return {**_ends(event), **ports}


def _server(event: dict[str, Any]) -> dict[str, Any]:
    return {**_both(event), "host": v.ip(event.get("dest_ip"))}


def _flow(base: dict[str, Any], event: dict[str, Any], name: str = "flow") -> list[Fact] | Skipped:
    flow = _part(event, name)
    start, end = v.micros(flow.get("start")), v.micros(flow.get("end"))
    if start is not None:
        times = {f"{name}.start": start[0], "timestamp": base["time"]}
        base = {**base, "time": start[0], **v.choice(times, f"{name}.start")}
    return [
        Flow(
            **base,
            **_both(event),
            protocol=v.protocol(event.get("proto")),
            service=v.text(event.get("app_proto")),
            state=v.text(flow.get("state")),
            duration=max(end[0] - start[0], 0) if start and end else None,
            bytes_out=v.number(flow.get("bytes_toserver")),
            bytes_in=v.number(flow.get("bytes_toclient")),
        )
    ]


def _netflow(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    """Read one way of a flow; the way back is of the same flow."""
    source, destination = v.port(event.get("src_port")), v.port(event.get("dest_port"))
    if source and destination and source < destination:
        turned = {"src_ip": event.get("dest_ip"), "dest_ip": event.get("src_ip")}
        event = {**event, **turned, "src_port": destination, "dest_port": source}
    return _flow(base, event, "netflow")


def _alert(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    alert = _part(event, "alert")
    techniques = _part(alert, "metadata").get("mitre_technique_id")
    return [
        Detection(
            **base,
            **_ends(event),
            rule=v.text(alert.get("signature")),
            level=v.text(alert.get("severity")),
            technique=[name for name in map(v.text, techniques) if name] if isinstance(techniques, list) else [],
            action=v.text(alert.get("action")),
            target=v.text(alert.get("category")),
        )
    ]


def _dns(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    """Read an answer: it goes to the machine that asked, so its source is the destination."""
    dns = _part(event, "dns")
    if dns.get("type") not in ("answer", "response"):
        return _QUESTION
    asked_by = "src_ip" if event.get("dest_port") == 53 else "dest_ip"
    return [
        DnsQuery(
            **base,
            query=v.text(dns.get("rrname")) or v.text(_first(dns.get("queries")).get("rrname")),
            answers=_answers(dns),
            status=v.text(dns.get("rcode")),
            source_ip=v.ip(event.get(asked_by)),
        )
    ]


def _first(values: object) -> dict[str, Any]:
    return next((each for each in values if isinstance(each, dict)), {}) if isinstance(values, list) else {}


def _answers(dns: dict[str, Any]) -> list[str]:
    """Give what was answered: one a member, or by type; until version 4.0 an event has one value in itself."""
    stated, grouped = dns.get("answers"), dns.get("grouped")
    if isinstance(stated, list):
        values = [answer.get("rdata") for answer in stated if isinstance(answer, dict)]
    elif isinstance(grouped, dict):
        values = [value for each in grouped.values() if isinstance(each, list) for value in each]
    else:
        values = [dns.get("rdata")]
    return [answer for answer in map(v.text, values) if answer]


def _dhcp(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    dhcp = _part(event, "dhcp")
    ip = v.ip(dhcp.get("assigned_ip"))
    if dhcp.get("dhcp_type") != "ack" or ip in (None, "0.0.0.0"):  # noqa: S104 - the value for no address
        return _NO_LEASE
    return [Lease(**base, ip=ip, name=v.text(dhcp.get("hostname")), mac=v.text(dhcp.get("client_mac")))]


def _smb(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    smb = _part(event, "smb")
    status = v.text(smb.get("status"))
    if str(smb.get("command")).endswith(("SESSION_SETUP", "SESSION_SETUP_ANDX")):
        return _ntlm(base, event, _part(smb, "ntlmssp"), status)
    share = v.text(smb.get("share"))
    if share is None:
        return _NO_SHARE
    server = share.lstrip("\\").partition("\\")[0] if share.startswith("\\") else None
    return [
        ShareAccess(
            **base,
            **_server(event),
            share=share,
            target=v.text(smb.get("filename")),
            server_name=None if v.is_address(server) else v.text(server),
            service=v.text(smb.get("share_type")),
            operation=v.text(smb.get("disposition")),
            access=v.text(smb.get("command")),
            success=status in (None, _SUCCESS),
            status=None if status == _SUCCESS else status,
        )
    ]


def _ntlm(
    base: dict[str, Any], event: dict[str, Any], said: dict[str, Any], status: str | None
) -> list[Fact] | Skipped:
    user = v.text(said.get("user"))
    if user is None:
        return _NOBODY
    if status in (None, _GOES_ON):
        return _UNANSWERED
    return [
        Authentication(
            **base,
            **_server(event),
            user=user,
            domain=v.text(said.get("domain")),
            protocol="ntlm",
            workstation=v.text(said.get("host")),
            success=status == _SUCCESS,
            status=None if status == _SUCCESS else status,
        )
    ]


def _krb5(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    krb5 = _part(event, "krb5")
    user, protocol = v.text(krb5.get("cname")), _TICKETS.get(str(krb5.get("msg_type")))
    if user is None:
        return _NOBODY
    if protocol is None:
        return _UNANSWERED
    error = v.text(krb5.get("error_code"))
    return [
        Authentication(
            **base,
            **_server(event),
            user=user,
            domain=v.text(krb5.get("realm")),
            protocol=_TICKETS.get(str(krb5.get("failed_request")).replace("_REQ", "_REP"), protocol),
            service=v.text(krb5.get("sname")),
            success=error is None and krb5.get("msg_type") != "KRB_ERROR",
            status=error,
            encryption=v.text(krb5.get("encryption")),
        )
    ]


def _rdp(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    """Read a connection's request, which may name an account, or the client's first words, which name it."""
    rdp = _part(event, "rdp")
    user, domain = v.account(rdp.get("cookie"))
    client = v.text(_part(rdp, "client").get("client_name"))
    if user is None and client is None:
        return _NAMELESS_RDP
    return [SessionChange(**base, **_server(event), action="attempt", user=user, domain=domain, client_name=client)]


def _http(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    http = _part(event, "http")
    return [
        ServerRequest(
            **base,
            **_both(event),
            name=v.text(http.get("hostname")),
            protocol="http",
            target=v.text(http.get("url")),
            method=v.text(http.get("http_method")),
            status=v.text(http.get("status")),
            user_agent=v.text(http.get("http_user_agent")),
        )
    ]


def _tls(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    tls = _part(event, "tls")
    return [
        ServerRequest(
            **base,
            **_both(event),
            name=v.text(tls.get("sni")),
            protocol="tls",
            certificate=v.text(tls.get("fingerprint")),
            certificate_subject=v.text(tls.get("subject")),
            certificate_issuer=v.text(tls.get("issuerdn")),
            fingerprint=v.text(_part(tls, "ja3").get("hash")),
        )
    ]


def _fileinfo(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    file = _part(event, "fileinfo")
    hashes: dict[str, Any] = {kind: v.text(file.get(kind)) for kind in ("md5", "sha1", "sha256")}
    return [
        FileTransfer(
            **base,
            **_both(event),
            **hashes,
            name=v.text(file.get("filename")),
            size=v.number(file.get("size")),
            service=v.text(event.get("app_proto")),
        )
    ]


_HANDLERS = {
    "http": _http,
    "tls": _tls,
    "fileinfo": _fileinfo,
    "flow": _flow,
    "netflow": _netflow,
    "alert": _alert,
    "dns": _dns,
    "dhcp": _dhcp,
    "smb": _smb,
    "krb5": _krb5,
    "rdp": _rdp,
}
