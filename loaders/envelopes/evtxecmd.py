"""EvtxECmd's CSV and JSON, also as KAPE's module writes it: the event's data are JSON text in `Payload`.

`TimeCreated` is UTC without saying so, which is the tool's default. Columns of its maps (`PayloadData1`, `UserName`,
`RemoteHost` …) are another telling of the same data and no facts.

Known gaps: binary data, which the tool leaves out.

References:
    https://github.com/EricZimmerman/evtx
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Columns, Keys

from .._record import Hints, Payload
from . import _windows_fields as w
from ._envelope import Envelope, Inner

_NEEDED = ("EventRecordId", "EventId", "Channel", "Payload", "Provider")


class EvtxECmdEnvelope(Envelope):
    """Reads what EvtxECmd made of event logs."""

    name = "evtxecmd"
    signatures = (Columns(*_NEEDED), Keys(*_NEEDED))

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give the event of a row."""
        if not isinstance(record, dict):
            return w.NO_ID
        get = record.get
        event = w.event(
            w.Fields(
                get("EventId"),
                get("Channel"),
                get("Provider"),
                w.utc(get("TimeCreated")),
                get("Computer"),
                _data(w.mapping(get("Payload"))),
                record=get("EventRecordId"),
                keywords=get("Keywords"),
                pid=get("ProcessId"),
                user_sid=get("UserId"),
            )
        )
        return event if isinstance(event, Rejected) else [Inner(event, hints)]


def _data(payload: dict[str, Any]) -> dict[str, Any]:
    below = payload.get("EventData")
    if isinstance(below, dict) and "Data" in below:
        return w.named_values(below["Data"])
    wrapped = payload.get("UserData")
    found = next((each for each in wrapped.values() if isinstance(each, dict)), {}) if isinstance(wrapped, dict) else {}
    return {name: value for name, value in found.items() if not name.startswith("@")}
