"""Logs of PAN-OS firewalls as they go to syslog: values in fixed places with commas between them.

Seen: TRAFFIC, THREAT and GLOBALPROTECT of PAN-OS 9 to 11; some senders leave the first field out. Event time is when
the session began (TRAFFIC), else when the log was generated; times have no zone, and are taken as UTC and marked as
guessed. TRAFFIC becomes a Flow (refused, if the action isn't `allow`), THREAT a Flow and a Detection, GLOBALPROTECT
with an account an Authentication, and a Lease of the address that its machine was given. The firewall is no machine,
addresses that it translated to are evidence only, and the name that a VPN client gives itself is its own word.

Known gaps: SYSTEM, CONFIG, HIP and other types are kept as evidence. The start and the end of one session, where both
are logged, count as two.

References:
    https://docs.paloaltonetworks.com/pan-os/11-0/pan-os-admin/monitoring/use-syslog-for-monitoring/syslog-field-descriptions
"""

from __future__ import annotations

import csv
import re
from typing import Any

from graphhunt.model import Authentication, Detection, Fact, Flow, Lease, Rejected, Skipped
from graphhunt.sources.recognition import Line

from . import _network
from . import _values as v
from ._line_loader import LineLoader
from ._record import NO_TIME, Hints, Outcome, Payload

_DATE = r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d"
_TYPES = rb"(?:TRAFFIC|THREAT|GLOBALPROTECT|SYSTEM|CONFIG|HIPMATCH|USERID|DECRYPTION|AUTHENTICATION|URL|DATA|WILDFIRE)"
_WRITTEN = re.compile(_DATE)
_SHARED = (
    "", "received", "serial", "type", "subtype", "", "generated", "source", "destination", "", "", "rule", "user", "",
    "app", "", "", "", "", "", "", "", "session", "", "source_port", "destination_port", "", "", "", "protocol",
    "action",
)  # fmt: skip
_TRAFFIC = (*_SHARED, "", "sent", "received_bytes", "", "start", "elapsed")
_THREAT = (*_SHARED, "file", "threat", "category", "severity", "direction")
_VPN = (
    "", "received", "serial", "type", "", "", "generated", "", "event", "stage", "method", "", "user", "", "machine",
    "public", "public6", "private", "private6", "", "", "", "", "", "", "reason", "error", "", "status",
)  # fmt: skip
_FEWEST = 12
_NOT_PANOS = Rejected("not a line of a PAN-OS log")
_NO_ENDS = Skipped("traffic without addresses")
_NOBODY = Skipped("VPN event without an account")


class PanosLoader(LineLoader):
    """Reads logs of PAN-OS."""

    name = "panos"
    signatures = (Line(rb"(?:\d{0,2},)?" + _DATE.encode() + rb",\w{1,32}," + _TYPES + rb",", 6),)

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a line is."""
        values = _values(record) if isinstance(record, str) else []
        if len(values) < _FEWEST or not _WRITTEN.fullmatch(values[1]):
            return _NOT_PANOS
        names, handler = _HANDLERS.get(values[3], ((), None))
        if handler is None:
            return Skipped("unmapped: panos/other")
        return handler({name: value for name, value in zip(names, values, strict=False) if name})


def _values(line: str) -> list[str]:
    try:
        values = next(csv.reader([line.replace("\n", " ").replace("\r", " ")]), [])
    except csv.Error:
        return []
    return ["", *values] if values and _WRITTEN.fullmatch(values[0]) else values


def _time(row: dict[str, str], *names: str) -> int | None:
    for name in names:
        stated = row.get(name, "")
        found = v.micros(stated.replace("/", "-")) if _WRITTEN.fullmatch(stated) else None
        if found:
            return found[0]
    return None


def _flow(row: dict[str, str], kind: str, *times: str) -> Flow | Rejected | Skipped:
    time = _time(row, *times)
    if time is None:
        return NO_TIME
    source, destination = _network.address(row.get("source")), _network.address(row.get("destination"))
    if source is None or destination is None:
        return _NO_ENDS
    elapsed = v.number(row.get("elapsed"), 10**9)
    return Flow(
        time=time,
        guessed_time=True,
        code=f"panos/{kind}",
        protocol=v.protocol(row.get("protocol")),
        source_ip=source,
        source_port=v.port(row.get("source_port")),
        destination_ip=destination,
        destination_port=v.port(row.get("destination_port")),
        service=v.text(row.get("app")),
        duration=None if elapsed is None else elapsed * 1_000_000,
        bytes_out=v.number(row.get("sent")),
        bytes_in=v.number(row.get("received_bytes")),
        allowed=row.get("action", "allow") in ("allow", "alert", "continue", "override", ""),
    )


def _traffic(row: dict[str, str]) -> Outcome:
    flow = _flow(row, "traffic", "start", "generated", "received")
    return [flow] if isinstance(flow, Flow) else flow


def _threat(row: dict[str, str]) -> Outcome:
    flow = _flow(row, "threat", "generated", "received")
    if not isinstance(flow, Flow):
        return flow
    alert = Detection(
        time=flow.time,
        guessed_time=True,
        code="panos/threat",
        rule=v.text(row.get("threat")),
        level=v.text(row.get("severity")),
        action=v.text(row.get("action")),
        target=v.text(row.get("file")),
        source_ip=flow.source_ip,
        destination_ip=flow.destination_ip,
    )
    return [flow, alert]


def _vpn(row: dict[str, str]) -> Outcome:
    time = _time(row, "generated", "received")
    if time is None:
        return NO_TIME
    user, domain = v.account(row.get("user"))
    if user is None:
        return _NOBODY
    base: dict[str, Any] = {"time": time, "guessed_time": True, "code": "panos/globalprotect"}
    success = row.get("status", "").lower() in ("success", "")
    machine = v.text(row.get("machine"))
    facts: list[Fact] = [
        Authentication(
            **base,
            user=user,
            domain=domain,
            protocol="vpn",
            workstation=machine,
            source_ip=_public(row),
            success=success,
            status=v.text(row.get("error")) or v.text(row.get("reason")),
        )
    ]
    given = _given(row)
    return [*facts, Lease(**base, ip=given, name=machine)] if success and given and machine else facts


def _public(row: dict[str, str]) -> str | None:
    return _stated(row.get("public")) or _stated(row.get("public6"))


def _given(row: dict[str, str]) -> str | None:
    return _stated(row.get("private")) or _stated(row.get("private6"))


def _stated(value: str | None) -> str | None:
    return None if value in ("0.0.0.0", "::") else _network.address(value)  # noqa: S104 - the value for no address


_HANDLERS = {"TRAFFIC": (_TRAFFIC, _traffic), "THREAT": (_THREAT, _threat), "GLOBALPROTECT": (_VPN, _vpn)}
