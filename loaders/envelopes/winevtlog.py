"""Fluent Bit's `winevtlog` input: the event's values in order as `StringInserts`, named by the event's template.

Known gaps: events whose template is not among the known ones are rejected.

References:
    https://docs.fluentbit.io/manual/pipeline/inputs/windows-event-log-winevtlog
"""

from __future__ import annotations

from collections.abc import Iterable

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .. import _times
from .._record import Hints, Payload
from . import _positional
from . import _windows_fields as w
from ._envelope import Envelope, Inner


class WinevtlogEnvelope(Envelope):
    """Reads events with values in order."""

    name = "winevtlog"
    signatures = (Keys("StringInserts", "EventID", "ProviderName"),)

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give a record's event."""
        if not isinstance(record, dict):
            return w.NO_ID
        get = record.get
        values = get("StringInserts")
        data = _positional.data(
            get("EventID"), get("ProviderName"), get("Version"), values if isinstance(values, list) else []
        )
        if isinstance(data, Rejected):
            return data
        event = w.event(
            w.Fields(
                get("EventID"),
                get("Channel"),
                get("ProviderName"),
                _times.read(get("TimeCreated")),
                get("Computer"),
                data,
                record=get("EventRecordID"),
                keywords=get("Keywords"),
                pid=get("ProcessID"),
                user_sid=get("UserID"),
                message=get("Message"),
            )
        )
        return event if isinstance(event, Rejected) else [Inner(event, hints)]
