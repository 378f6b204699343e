"""Events of PowerShell's Get-WinEvent as JSON: values in order as `Properties`, times as `/Date(ms)/`.

A value may be an object, as a SID is: its own `Value` is meant.

Known gaps: events whose template is not among the known ones are rejected.

References:
    https://learn.microsoft.com/en-us/dotnet/api/system.diagnostics.eventing.reader.eventlogrecord
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .. import _times
from .._record import Hints, Payload
from . import _positional
from . import _windows_fields as w
from ._envelope import Envelope, Inner


class GetWinEventEnvelope(Envelope):
    """Reads event records of PowerShell."""

    name = "get_winevent"
    signatures = (Keys("Id", "Properties", "ProviderName"), Keys("Id", "Properties", "LogName"))

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give a record's event."""
        return of_record(record, hints) if isinstance(record, dict) else w.NO_ID


def of_record(record: dict[str, Any], hints: Hints) -> list[Inner] | Rejected:
    """Give the event of a record that has EventLogRecord's members."""
    get = record.get
    properties = get("Properties")
    values = [_value(each) for each in properties] if isinstance(properties, list) else []
    data = _positional.data(get("Id"), get("ProviderName"), get("Version"), values)
    if isinstance(data, Rejected):
        return data
    event = w.event(
        w.Fields(
            get("Id"),
            get("LogName"),
            get("ProviderName"),
            _times.read(_value(get("TimeCreated"))),
            get("MachineName"),
            data,
            record=get("RecordId"),
            keywords=get("Keywords"),
            pid=get("ProcessId"),
            user_sid=_value(get("UserId")),
            message=get("Message"),
        )
    )
    return event if isinstance(event, Rejected) else [Inner(event, hints)]


def _value(value: Any) -> Any:
    """Take a value out of the objects around it."""
    for _ in range(3):
        if not isinstance(value, dict):
            break
        value = value.get("Value", value.get("value"))
    return value
