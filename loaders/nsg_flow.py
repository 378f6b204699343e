"""Azure's flow logs of network security groups (versions 1 and 2) and of virtual networks: JSON with a list of tuples.

A tuple is one record: `time,source,destination,source port,destination port,protocol,direction,decision` and, from
version 2 on, the flow's state (begin, continuing, end) with packets and bytes of both ways since the record before.
Event time is the tuple's, in seconds or milliseconds; that of the document is when it was written. D is traffic that
was refused. What is kept of a tuple is the document with it alone. Resources and rules are no machines.

Known gaps: begin, continuation and end of one flow count as three.

References:
    https://learn.microsoft.com/en-us/azure/network-watcher/nsg-flow-logs-overview
    https://learn.microsoft.com/en-us/azure/network-watcher/vnet-flow-logs-overview
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from graphhunt.model import FileWarning, Flow, Record, Rejected, Skipped
from graphhunt.sources.loading import Source
from graphhunt.sources.recognition import Keys

from . import _json, _network, _text
from . import _values as v
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_NOT_FLOWS = Rejected("not a record of flows")
_NO_TUPLES = Skipped("record without flows")
_WIDTH = Rejected("not a tuple of a flow")
_SHORT, _LONG = 8, 13
_PROTOCOLS = {"T": "tcp", "U": "udp", "I": "icmp"}


class NsgFlowLoader(RecordLoader):
    """Reads Azure's flow logs."""

    name = "nsg_flow"
    signatures = (
        Keys("time", "category", "properties.flows", "properties.Version"),
        Keys("time", "category", "flowRecords.flows"),
    )

    def by_line(self, head: bytes) -> bool:
        """Tell that no line stands for itself: one holds many tuples."""
        return False

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every tuple."""
        for item in super().read(source):
            yield from _apart(item) if isinstance(item, Record) else (item,)

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what a document is: the flows of its tuples."""
        return _outcome(record) if isinstance(record, dict) else _NOT_FLOWS


def _apart(item: Record) -> Iterator[Record]:
    """Give a record for each tuple, with what stands around it."""
    document = _json.parse(_text.encoded(item.raw)) if isinstance(item.outcome, list) else ""
    if isinstance(document, str):
        yield item
        return
    for path, single in _singles(document):
        yield Record(orjson.dumps(single).decode(), f"{item.position} > {path}", _outcome(single))


def _singles(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give a document for each tuple, and the tuple's place."""
    for place, inner, rule, group, number, found in _tuples(document):
        alone = {**group, "flowTuples": [found]}
        around = {**rule, ("flows" if "flows" in rule else "flowGroups"): [alone]}
        below = "properties" if "properties" in document else "flowRecords"
        whole = {**document, below: {**inner, "flows": [around]}}
        yield f"{place}[{number}]", whole


def _tuples(
    document: dict[str, Any],
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], int, Any]]:
    below = "properties" if "properties" in document else "flowRecords"
    inner = document.get(below)
    if not isinstance(inner, dict):
        return
    for first, rule in _objects(inner.get("flows")):
        for second, group in _objects(rule.get("flows") or rule.get("flowGroups")):
            found = group.get("flowTuples")
            for number, each in enumerate(found if isinstance(found, list) else []):
                yield f"flows[{first}].flows[{second}].flowTuples", inner, rule, group, number, each


def _objects(values: object) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, each in enumerate(values if isinstance(values, list) else []):
        if isinstance(each, dict):
            yield number, each


def _outcome(document: dict[str, Any]) -> Outcome:
    told = [_flow(found) for *_, found in _tuples(document)]
    flows = [each for each in told if isinstance(each, Flow)]
    if flows:
        return list(flows)
    return next((each for each in told if isinstance(each, Rejected)), _NO_TUPLES)


def _flow(said: object) -> Flow | Rejected:
    parts = said.split(",") if isinstance(said, str) else []
    if len(parts) < _SHORT:
        return _WIDTH
    time = _network.epoch(parts[0])
    if time is None:
        return NO_TIME
    sent, received = (parts[10], parts[12]) if len(parts) >= _LONG else ("", "")
    return Flow(
        time=time[0],
        code="nsg_flow/flow",
        protocol=_PROTOCOLS.get(parts[5]) or v.protocol(parts[5]),
        source_ip=_network.address(parts[1]),
        source_port=v.port(parts[3]),
        destination_ip=_network.address(parts[2]),
        destination_port=v.port(parts[4]),
        bytes_out=v.number(sent),
        bytes_in=v.number(received),
        allowed=parts[7] != "D",
    )
