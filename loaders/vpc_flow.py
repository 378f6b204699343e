"""AWS VPC flow logs, versions 2 to 5: words with blanks between them, with or without a line of names.

Seen: the default order of version 2, and custom orders, which a first line names. Event time is `start`, in seconds;
the interface that saw the traffic is no machine. A record tells of one way of a flow: the way back, from a service's
port to a client's, is turned round. `pkt-srcaddr` and `pkt-dstaddr` come before `srcaddr` and `dstaddr`, which may be
a translator's. REJECT is traffic that was refused; NODATA and SKIPDATA tell of none. With `instance-id` and
`flow-direction` a record also states an address that the instance had (Lease).

Known gaps: flow logs in Parquet. A line by itself (in another log) is read in the default order.

References:
    https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphhunt.model import Fact, FileWarning, Lease, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source
from graphhunt.sources.recognition import Head, Line

from . import _network, _text
from . import _values as v
from ._line_loader import LineLoader
from ._record import NO_TIME, Hints, Outcome, Payload

_DEFAULT = [
    "version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes",
    "start", "end", "action", "log-status",
]  # fmt: skip
_NAMES = frozenset({*_DEFAULT, "pkt-srcaddr", "pkt-dstaddr", "instance-id", "flow-direction", "vpc-id", "subnet-id"})
_SHOWN = 4
"""So many of these names in a line of words show that it is one of names."""

_WIDTH = Rejected("not as many values as names")
_NO_TRAFFIC = Skipped("interval without records of traffic")
_NO_ENDS = Skipped("traffic without addresses")


class VpcFlowLoader(LineLoader):
    """Reads AWS VPC flow logs."""

    name = "vpc_flow"
    signatures = (
        Line(rb"(?:[a-z][a-z-]{1,24} ){4,40}(?:(?:pkt-)?(?:src|dst)addr|log-status|action|version|end)\s*$", 6),
        Line(rb"2 \d{12} eni-\w{1,32} [\da-fA-F.:-]{1,45} [\da-fA-F.:-]{1,45} [\d-]{1,5} [\d-]{1,5} [\d-]{1,3} ", 6),
    )

    def by_line(self, head: bytes) -> bool:
        """Tell whether each line stands for itself: not where the first one names the values of all."""
        return not _names(head)

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every line; one of names is none."""
        names = _names(source.head())
        if not names:
            yield from super().read(source)
            return
        reader = _Named(names)
        for item in reader.read(source):
            if not isinstance(item, Record) or item.raw.split() != names:
                yield item

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a line is, whose values are in the default order."""
        return _outcome(_DEFAULT, record)

    def context(self, source: Source) -> str:
        """Give the names of the values."""
        return " ".join(_names(source.head()) or _DEFAULT)

    def again(self, held: Held) -> Outcome | None:
        """Say what a line that is kept is."""
        return None if held.rejected == _text.TOO_LARGE else _outcome(held.context.split(), held.raw)


class _Named(LineLoader):
    """Reads lines whose values are in an order of their own."""

    name = VpcFlowLoader.name
    signatures = ()

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def of(self, record: Payload, hints: Hints) -> Outcome:
        return _outcome(self._names, record)


def _names(head: bytes) -> list[str]:
    """Give the names in a log's first line; none if it has values."""
    words = _text.decode(Head.of(head).text.partition(b"\n")[0]).split()
    return words if len(_NAMES.intersection(words)) >= _SHOWN else []


def _outcome(names: list[str], line: Payload) -> Outcome:
    values = line.split() if isinstance(line, str) else []
    if len(values) != len(names):
        return _WIDTH
    row = dict(zip(names, values, strict=True))
    if v.text(row.get("log-status")) in ("NODATA", "SKIPDATA"):
        return _NO_TRAFFIC
    start, end = _network.epoch(row.get("start")), _network.epoch(row.get("end"))
    if start is None:
        return NO_TIME
    source = _network.address(row.get("pkt-srcaddr")) or _network.address(row.get("srcaddr"))
    destination = _network.address(row.get("pkt-dstaddr")) or _network.address(row.get("dstaddr"))
    if source is None or destination is None:
        return _NO_ENDS
    base = {"time": start[0], "code": "vpc_flow/flow"}
    flow = {
        "protocol": v.protocol(row.get("protocol")),
        "source_ip": source,
        "source_port": v.port(row.get("srcport")),
        "destination_ip": destination,
        "destination_port": v.port(row.get("dstport")),
        "duration": max(end[0] - start[0], 0) if end else None,
        "allowed": row.get("action") != "REJECT",
    }
    return [_network.one_way(base, flow, v.number(row.get("bytes"))), *_address_of(base, row)]


def _address_of(base: dict[str, Any], row: dict[str, str]) -> list[Fact]:
    """Give the address of the instance's interface: the destination of what comes in, the source of what goes out."""
    own = {"ingress": "dstaddr", "egress": "srcaddr"}.get(row.get("flow-direction", ""), "")
    instance, ip = v.text(row.get("instance-id")), _network.address(row.get(own))
    return [Lease(**base, host=instance, ip=ip)] if instance and ip else []
