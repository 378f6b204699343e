"""Squid's access log in its native form: `time elapsed client code/status bytes method URL user hierarchy/peer type`.

Event time is when the request began: Squid writes its end, and how many ms it took. A request that was passed on to an
address is a Flow from the client to it; the name that was asked for is a DnsQuery of the client, as the proxy looks it
up on its behalf, with the proxy's code as status. The proxy is no machine; what it gave the client are bytes in.

Known gaps: the connection is of the proxy, which stands between the two. Addresses in place of names are no look-ups.
Other forms than the native one (`logformat`).

References:
    https://wiki.squid-cache.org/Features/LogFormat
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from graphhunt.model import DnsQuery, Fact, Flow, Rejected, Skipped
from graphhunt.sources.recognition import Line

from . import _network
from . import _values as v
from ._line_loader import LineLoader
from ._record import NO_TIME, Hints, Outcome, Payload

_CODE = rb"[A-Z][A-Z_]{2,40}/\d{3}"
_LINE = re.compile(
    r"(?P<time>\d{9,10}\.\d{3}) +(?P<elapsed>-?\d{1,12}) (?P<client>\S+) (?P<code>[A-Z_]+/\d{3}) (?P<bytes>\d+)"
    r" (?P<method>\S+) (?P<url>\S+) (?P<user>\S+) (?P<hierarchy>[A-Z_]+)/(?P<peer>\S+)(?: (?P<type>\S+))?"
)
_NOT_SQUID = Rejected("not a line of Squid's access log")
_NO_FACT = Skipped("request without address and name")
_PORTS = {"http": 80, "https": 443, "ftp": 21}
_REFUSED = ("TCP_DENIED", "NONE_ABORTED")


class SquidLoader(LineLoader):
    """Reads Squid's access log."""

    name = "squid"
    signatures = (Line(rb"\d{9,10}\.\d{3} +-?\d{1,12} \S{1,255} " + _CODE + rb" \d{1,20} \S{1,32} ", 6),)

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a request is."""
        found = _LINE.match(record) if isinstance(record, str) else None
        if found is None:
            return _NOT_SQUID
        end = _network.epoch(found["time"])
        if end is None:
            return NO_TIME
        elapsed = max(int(found["elapsed"]), 0) * 1_000
        base: dict[str, Any] = {"time": max(end[0] - elapsed, 1)}
        name, port = _asked(found["method"], found["url"])
        client, peer = _network.address(found["client"]), _network.address(found["peer"])
        facts: list[Fact] = []
        if client and peer:
            facts.append(
                Flow(
                    **base,
                    code="squid/flow",
                    protocol="tcp",
                    source_ip=client,
                    destination_ip=peer,
                    destination_port=port,
                    duration=elapsed,
                    bytes_in=v.number(found["bytes"]),
                    allowed=not found["code"].startswith(_REFUSED),
                )
            )
        if client and name and not v.is_address(name):
            facts.append(DnsQuery(**base, code="squid/request", query=name, status=found["code"], source_ip=client))
        return facts or _NO_FACT


def _asked(method: str, url: str) -> tuple[str | None, int | None]:
    """Read the name and port of what was asked for: CONNECT has them alone."""
    try:
        parts = urlsplit(f"//{url}" if method == "CONNECT" or "://" not in url else url)
        return parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None, None
