"""Google Cloud's VPC flow logs, as log entries in JSON: `{"jsonPayload": {"connection": {…}, "bytes_sent": "…"}, …}`.

Event time is `start_time`; `timestamp` and `receiveTimestamp` are when the entry was written. Each end that is watched
reports a flow (`reporter` SRC or DEST): the way from source to destination. The way back, from a service's port to a
client's, is turned round. `src_instance` and `dest_instance` name the machines that had the addresses (Lease).

Known gaps: a flow between two machines that are both watched is told by both, and its bytes count twice.

References:
    https://cloud.google.com/vpc/docs/about-flow-logs-records
"""

from __future__ import annotations

from typing import Any

from graphhunt.model import Fact, Lease, Rejected, Skipped
from graphhunt.sources.recognition import Keys

from . import _network
from . import _values as v
from ._record import NO_TIME, Hints, Outcome, Payload, RecordLoader

_NOT_A_FLOW = Rejected("not an entry of a flow log")
_NO_ENDS = Skipped("traffic without addresses")


class GcpFlowLoader(RecordLoader):
    """Reads Google Cloud's VPC flow logs."""

    name = "gcp_flow"
    signatures = (Keys("jsonPayload.connection.src_ip", "jsonPayload.connection.dest_ip", "jsonPayload.reporter"),)

    def of(self, record: Payload, hints: Hints) -> Outcome:
        """Say what an entry is."""
        return _outcome(record) if isinstance(record, dict) else _NOT_A_FLOW


def _part(record: dict[str, Any], name: str) -> dict[str, Any]:
    part = record.get(name)
    return part if isinstance(part, dict) else {}


def _outcome(entry: dict[str, Any]) -> Outcome:
    told = _part(entry, "jsonPayload")
    connection = _part(told, "connection")
    if not connection:
        return _NOT_A_FLOW
    start, end = v.micros(told.get("start_time")), v.micros(told.get("end_time"))
    if start is None:
        return NO_TIME
    source, destination = _network.address(connection.get("src_ip")), _network.address(connection.get("dest_ip"))
    if source is None or destination is None:
        return _NO_ENDS
    base: dict[str, Any] = {"time": start[0], "guessed_time": not start[1], "code": "gcp_flow/flow"}
    flow: dict[str, Any] = {
        "protocol": v.protocol(connection.get("protocol")),
        "source_ip": source,
        "source_port": v.port(connection.get("src_port")),
        "destination_ip": destination,
        "destination_port": v.port(connection.get("dest_port")),
        "duration": max(end[0] - start[0], 0) if end else None,
    }
    facts: list[Fact] = [_network.one_way(base, flow, v.number(told.get("bytes_sent")))]
    for name, ip in (("src_instance", source), ("dest_instance", destination)):
        machine = v.text(_part(told, name).get("vm_name"))
        if machine:
            facts.append(Lease(**base, host=machine, ip=ip))
    return facts
