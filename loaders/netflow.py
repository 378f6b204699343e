"""Flow records as CSV: nfdump (`-o csv`), and IPFIX by the names of its elements.

Seen: nfdump 1.6 (`ts,te,td,sa,da,sp,dp,pr,…,ipkt,ibyt,opkt,obyt`), whose times have no zone and are taken as UTC,
nfdump 1.7 (`cnt,af,firstSeen,lastSeen,…`, times in ms), and IPFIX (`flowStartMilliseconds`, `sourceIPv4Address`, …).
Event time is when the flow began. A record tells of one way: the way back, from a service's port to a client's, is
turned round and what it sent becomes bytes in. What follows nfdump's `Summary` is no record. The exporter is no
machine.

Known gaps: of two ports that are both a service's or both a client's, the one that sends is taken for the client.

References:
    https://github.com/phaag/nfdump/blob/master/src/output/output_csv.c
    https://www.iana.org/assignments/ipfix/ipfix.xhtml
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphhunt.model import FileWarning, Flow, Record, Rejected, Skipped
from graphhunt.sources.loading import Source
from graphhunt.sources.recognition import Columns

from . import _network
from . import _values as v
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_NOT_A_FLOW = Rejected("not a flow")
_NO_ENDS = Skipped("traffic without addresses")
_TRAILER = "Summary"
_START = ("ts", "firstSeen", "first", "flowStartMilliseconds", "flowStartMicroseconds", "flowStartSeconds")
_END = ("te", "lastSeen", "last", "flowEndMilliseconds", "flowEndMicroseconds", "flowEndSeconds")
_SOURCE = ("sa", "srcAddr", "sourceIPv4Address", "sourceIPv6Address")
_DESTINATION = ("da", "dstAddr", "destinationIPv4Address", "destinationIPv6Address")
_SOURCE_PORT = ("sp", "srcPort", "sourceTransportPort")
_DESTINATION_PORT = ("dp", "dstPort", "destinationTransportPort")
_PROTOCOL = ("pr", "proto", "protocolIdentifier")
_SENT = ("obyt", "ibyt", "bytes", "inBytes", "octetDeltaCount", "octetTotalCount")
_BACK = ("reverseOctetDeltaCount", "reverseOctetTotalCount")


class NetflowLoader(RecordLoader):
    """Reads flow records as CSV."""

    name = "netflow"
    signatures = (
        Columns("ts", "te", "td", "sa", "da", "sp", "dp", "pr"),
        Columns("firstSeen", "lastSeen", "srcAddr", "dstAddr", "srcPort", "dstPort"),
        *(
            Columns(start, f"sourceIP{version}Address", f"destinationIP{version}Address", "protocolIdentifier")
            for start in _START[3:]
            for version in ("v4", "v6")
        ),
    )

    def by_line(self, head: bytes) -> bool:
        """Tell that no line stands for itself: what follows the trailer is no record."""
        return False

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every record up to the trailer."""
        for item in super().read(source):
            if isinstance(item, Record) and item.raw.startswith(_TRAILER):
                return
            yield item

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a row is."""
        return _outcome(record) if isinstance(record, dict) else _NOT_A_FLOW


def _first(row: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((row[name] for name in names if v.text(row.get(name)) not in (None, "0")), None)


def _outcome(row: dict[str, Any]) -> Outcome:
    start, end = _network.time(_first(row, _START)), _network.time(_first(row, _END))
    if start is None:
        return NO_TIME
    source, destination = _network.address(_first(row, _SOURCE)), _network.address(_first(row, _DESTINATION))
    if source is None or destination is None:
        return _NO_ENDS
    base: dict[str, Any] = {"time": start[0], "guessed_time": not start[1], "code": "netflow/flow"}
    flow: dict[str, Any] = {
        "protocol": v.protocol(_first(row, _PROTOCOL)),
        "source_ip": source,
        "source_port": v.port(_first(row, _SOURCE_PORT)),
        "destination_ip": destination,
        "destination_port": v.port(_first(row, _DESTINATION_PORT)),
        "duration": max(end[0] - start[0], 0) if end else None,
    }
    back = v.number(_first(row, _BACK))
    if back is None:
        return [_network.one_way(base, flow, v.number(_first(row, _SENT)))]
    return [Flow(**base, **flow, bytes_out=v.number(_first(row, _SENT)), bytes_in=back)]
