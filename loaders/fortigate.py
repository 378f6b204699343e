r"""Logs of FortiGate firewalls: `date=2026-03-02 time=03:57:05 devname="…" type="traffic" …`.

Values may be in quotes, with `\"` in them. Event time is `eventtime` (seconds, ms or ns, by its size), else `date`,
`time` and `tz`. traffic becomes a Flow (refused, if the action or `utmaction` says so), utm of the kinds virus, ips
and others that name an attack a Detection, dns answers and questions a DnsQuery, and events of VPN with an account an
Authentication, with a Lease of the address that was given to it. The firewall is no machine.

Known gaps: the time of traffic is that of the log, mostly when the session ended. Addresses that were translated to
are evidence only. Other events are kept as evidence.

References:
    https://docs.fortinet.com/document/fortigate/7.4.0/fortios-log-message-reference/
"""

from __future__ import annotations

import re
from typing import Any

from graphhunt.model import Authentication, Detection, DnsQuery, Fact, Flow, Lease, Rejected, Skipped
from graphhunt.sources.recognition import Line

from . import _network
from . import _values as v
from ._line_loader import LineLoader
from ._record import NO_TIME, Hints, Outcome, Payload

_PAIR = re.compile(r'(?<![\w-])([\w-]{1,64})=(?:"((?:[^"\\]|\\.)*+)"|(\S*))', re.DOTALL)
_ZONE = re.compile(r"[+-]\d\d:?\d\d")
_NOT_FORTIGATE = Rejected("not a line of a FortiGate log")
_NO_ENDS = Skipped("traffic without addresses")
_NO_ATTACK = Skipped("inspection that names no attack")
_NO_NAME = Skipped("look-up without a name")
_NOBODY = Skipped("VPN event without an account")
_ATTACKS = ("virus", "attack", "dlpextra", "filename")
_UP, _FAILED = ("tunnel-up", "ssl-new-con", "ssl-login"), ("ssl-login-fail", "auth-failure", "ssl-alert")
_ANSWERS_MOST = 256


class FortigateLoader(LineLoader):
    """Reads logs of FortiGate."""

    name = "fortigate"
    signatures = (
        Line(rb'date=\d{4}-\d\d-\d\d time=\d\d:\d\d:\d\d (?:devname|devid|logid|eventtime|logver)="?[\w-]', 6),
    )

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a line is."""
        row = _fields(record) if isinstance(record, str) else {}
        kind, subtype = row.get("type"), row.get("subtype", "")
        if kind is None:
            return _NOT_FORTIGATE
        time = _time(row)
        if time is None:
            return NO_TIME
        handler = _HANDLERS.get((kind, subtype)) or _HANDLERS.get((kind, ""))
        if handler is None:
            return Skipped("unmapped: fortigate/other")
        return handler({"time": time[0], "guessed_time": not time[1]}, row)


def _fields(line: str) -> dict[str, str]:
    return {name: quoted.replace('\\"', '"') if quoted else plain for name, quoted, plain in _PAIR.findall(line)}


def _time(row: dict[str, str]) -> tuple[int, bool] | None:
    stated = _network.epoch(row.get("eventtime"))
    if stated:
        return stated
    zone = row.get("tz", "")
    return v.micros(f"{row.get('date', '')}T{row.get('time', '')}{zone if _ZONE.fullmatch(zone) else ''}")


def _ends(row: dict[str, str]) -> dict[str, Any]:
    return {"source_ip": _network.address(row.get("srcip")), "destination_ip": _network.address(row.get("dstip"))}


def _traffic(base: dict[str, Any], row: dict[str, str]) -> Outcome:
    ends = _ends(row)
    if None in ends.values():
        return _NO_ENDS
    return [
        Flow(
            **base,
            **ends,
            code="fortigate/traffic",
            protocol=v.protocol(row.get("proto")),
            source_port=v.port(row.get("srcport")),
            destination_port=v.port(row.get("dstport")),
            service=v.text(row.get("app")) or v.text(row.get("service")),
            state=v.text(row.get("action")),
            bytes_out=v.number(row.get("sentbyte")),
            bytes_in=v.number(row.get("rcvdbyte")),
            allowed=not (_is_refusal(row.get("action")) or _is_refusal(row.get("utmaction"))),
        )
    ]


def _is_refusal(action: str | None) -> bool:
    """Tell whether an action let nothing through; a session that one end reset had been let through."""
    return _network.refused(action) and not str(action).endswith("-rst")


def _inspected(base: dict[str, Any], row: dict[str, str]) -> Outcome:
    named = next((row[name] for name in _ATTACKS[:2] if v.text(row.get(name))), None)
    if named is None:
        return _NO_ATTACK
    sha256 = v.text(row.get("analyticscksum"))
    return [
        Detection(
            **base,
            **_ends(row),
            code="fortigate/utm",
            rule=named,
            level=v.text(row.get("severity")) or v.text(row.get("crlevel")) or v.text(row.get("level")),
            action=v.text(row.get("action")),
            target=v.text(row.get("filename")) or v.text(row.get("url")),
            sha256=sha256.lower() if sha256 and len(sha256) == 64 else None,
        )
    ]


def _looked_up(base: dict[str, Any], row: dict[str, str]) -> Outcome:
    name = v.text(row.get("qname"))
    if name is None:
        return _NO_NAME
    given = [part.strip() for part in row.get("ipaddr", "").split(",", _ANSWERS_MOST)[:_ANSWERS_MOST]]
    return [
        DnsQuery(
            **base,
            code="fortigate/dns",
            query=name,
            answers=[part for part in given if v.is_address(part)],
            status=v.text(row.get("action")),
            source_ip=_network.address(row.get("srcip")),
        )
    ]


def _vpn(base: dict[str, Any], row: dict[str, str]) -> Outcome:
    action, user = row.get("action", ""), v.text(row.get("user"))
    if user is None or action not in (*_UP, *_FAILED):
        return _NOBODY
    name, domain = v.account(user)
    facts: list[Fact] = [
        Authentication(
            **base,
            code="fortigate/vpn",
            user=name,
            domain=domain,
            protocol="vpn",
            source_ip=_network.address(row.get("remip")),
            success=action in _UP,
            status=v.text(row.get("reason")),
        )
    ]
    given = _network.address(row.get("tunnelip"))
    machine = v.text(row.get("dst_host"))
    leased = given is not None and machine is not None and action in _UP
    return [*facts, Lease(**base, code="fortigate/vpn", ip=given, name=machine)] if leased else facts


_HANDLERS = {
    ("traffic", ""): _traffic,
    ("utm", ""): _inspected,
    ("utm", "dns"): _looked_up,
    ("dns", ""): _looked_up,
    ("event", "vpn"): _vpn,
}
