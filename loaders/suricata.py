"""Suricata's EVE log (`eve.json`), one JSON event a line.

Seen: Suricata 4 to 7. Event time is `timestamp`, which states its zone. flow events become a Flow (bytes to
the server are bytes out), alert a Detection, dns answers a DnsQuery, dhcp acknowledgements a Lease. All other
events are kept as evidence.

Known gaps: a flow is told when it ends; until then its alerts stand alone. The sensor is no machine.

References:
    https://docs.suricata.io/en/latest/output/eve/eve-json-format.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from graphhunt.model import Detection, DnsQuery, Fact, FileWarning, Flow, Lease, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source

from . import _json, _text
from . import _values as v

_FIELDS = tuple(re.compile(rb'"' + name + rb'"\s*:') for name in (b"event_type", b"timestamp"))
_ENDS = re.compile(rb'"(?:src_ip|flow_id|stats)"\s*:')
_NO_TIME = Rejected("no usable event time")
_NOT_EVE = Rejected("not an EVE event")
_QUESTION = Skipped("dns question: its answer is told")
_NO_LEASE = Skipped("dhcp message that assigns no address")
_KNOWN = frozenset(
    {
        "anomaly", "drop", "fileinfo", "ftp", "ftp_data", "http", "http2", "ike", "krb5", "mqtt", "netflow", "nfs",
        "packetinfo", "quic", "rdp", "rfb", "sip", "smb", "smtp", "snmp", "ssh", "stats", "tftp", "tls",
    }
)  # fmt: skip


class SuricataLoader:
    """Reads Suricata's EVE events."""

    name = "suricata"
    text = True

    def sniff(self, head: bytes, name: str) -> float:
        """Look for the fields of every EVE event in the first line."""
        line, _ = _text.first_line(_text.head_text(head))
        if line[:1] != b"{" or not all(field.search(line) for field in _FIELDS):
            return 0.0
        return 0.9 if _ENDS.search(line) else 0.0

    def by_line(self, head: bytes) -> bool:
        """Tell whether each line is a record of its own: then a big file can be read in slices."""
        return _json.is_lines(head)

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every event."""
        return _json.records(source, self.name, _outcome)

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what a record that is kept is."""
        return _json.again(held, _outcome)


def _outcome(event: dict[str, Any]) -> list[Fact] | Skipped | Rejected:
    kind = v.text(event.get("event_type"))
    if kind is None:
        return _NOT_EVE
    time = v.micros(event.get("timestamp"))
    if time is None:
        return _NO_TIME
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


def _flow(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    flow = _part(event, "flow")
    start, end = v.micros(flow.get("start")), v.micros(flow.get("end"))
    if start is not None:
        times = {"flow.start": start[0], "timestamp": base["time"]}
        base = {**base, "time": start[0], **v.choice(times, "flow.start")}
    return [
        Flow(
            **base,
            **_ends(event),
            source_port=v.port(event.get("src_port")),
            destination_port=v.port(event.get("dest_port")),
            protocol=v.protocol(event.get("proto")),
            service=v.text(event.get("app_proto")),
            state=v.text(flow.get("state")),
            duration=max(end[0] - start[0], 0) if start and end else None,
            bytes_out=v.number(flow.get("bytes_toserver")),
            bytes_in=v.number(flow.get("bytes_toclient")),
        )
    ]


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
    stated = dns.get("answers")
    # Until version 4.0 an answer has its one value in the event itself.
    answers = stated if isinstance(stated, list) else [dns]
    found = [v.text(answer.get("rdata")) for answer in answers if isinstance(answer, dict)]
    asked_by = "src_ip" if event.get("dest_port") == 53 else "dest_ip"
    return [
        DnsQuery(
            **base,
            query=v.text(dns.get("rrname")),
            answers=[answer for answer in found if answer],
            status=v.text(dns.get("rcode")),
            source_ip=v.ip(event.get(asked_by)),
        )
    ]


def _dhcp(base: dict[str, Any], event: dict[str, Any]) -> list[Fact] | Skipped:
    dhcp = _part(event, "dhcp")
    ip = v.ip(dhcp.get("assigned_ip"))
    if dhcp.get("dhcp_type") != "ack" or ip in (None, "0.0.0.0"):  # noqa: S104 - the value for no address
        return _NO_LEASE
    return [Lease(**base, ip=ip, name=v.text(dhcp.get("hostname")), mac=v.text(dhcp.get("client_mac")))]


_HANDLERS = {"flow": _flow, "alert": _alert, "dns": _dns, "dhcp": _dhcp}
