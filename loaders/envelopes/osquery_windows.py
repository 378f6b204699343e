"""Windows events as rows of osquery's tables `windows_events` and `windows_eventlog`: the data are JSON text.

Known gaps: tables of decorated rows.

References:
    https://osquery.io/schema/current/#windows_events
"""

from __future__ import annotations

from collections.abc import Iterable

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .. import _times
from .._record import Hints, Payload
from . import _windows_fields as w
from ._envelope import Envelope, Inner

_REMOVED = Skipped("osquery: a row that left the result")


class OsqueryWindowsEnvelope(Envelope):
    """Reads rows of Windows events."""

    name = "osquery_windows"
    signatures = (Keys("columns.eventid", "columns.data", "columns.provider_name", "name", "hostIdentifier"),)

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give the event of a row."""
        if not isinstance(record, dict):
            return w.NO_ID
        if record.get("action") == "removed":
            return _REMOVED
        columns = w.mapping(record.get("columns"))
        data = w.mapping(columns.get("data"))
        event = w.event(
            w.Fields(
                columns.get("eventid"),
                columns.get("channel") or columns.get("source"),
                columns.get("provider_name"),
                _times.read(columns.get("datetime")),
                columns.get("computer_name") or record.get("hostIdentifier"),
                w.mapping(data.get("EventData")) or w.mapping(data.get("UserData")) or data,
                keywords=columns.get("keywords"),
                pid=columns.get("pid"),
            )
        )
        return event if isinstance(event, Rejected) else [Inner(event, hints)]
