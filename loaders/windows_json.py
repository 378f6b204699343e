"""Windows events as JSON: one a line, an array, or one after another.

Each record's layout is told by its own fields:

- NXLog's flat record (`EventTime`, `Hostname`, `SourceModuleType`), as in the Mordor data sets of 2019 and 2020.
  Event time is `EventTime` in the zone that arrival and receipt times show; Sysmon's `UtcTime` comes first.
- Winlogbeat 6 (`event_data`, `computer_name`) and 7+ or Elastic Agent (`winlog.event_data`), also with dotted
  names. Event time is `@timestamp`, which these write as the creation time.
- Azure Monitor and Sentinel tables (`TimeGenerated`, `Computer`, `EventData` as XML or JSON text).
- Syslog tables whose message is an event's XML (Sysmon for Linux).
- The parsed event schema (`{"Event": {"System": …}}`) as written by EVTX dump tools.
- Velociraptor's rows (`System` and `EventData`, or `EventTime`, `Computer` and `EventData`), times in seconds.

The machine is `Hostname`, `computer_name` or `Computer`, never `host`, which is a collector. Which event
becomes which fact: docs/windows-events.md.

Placeholders (`-`, `N/A`, `<unknown process>`) and zero ids are not stated values; names and addresses stay as
written. A PID that a collector replaced by its own is read from the rendered message. `UtcTime` gives way to the
time at which the record was logged when they are over 30 seconds apart: old versions of Sysmon wrote connections
with a clock that drifts by minutes to days.

Known gaps: rendered messages in other languages are not read.

References:
    https://docs.nxlog.co/refman/current/im/msvistalog.html
    https://www.elastic.co/guide/en/beats/winlogbeat/current/exported-fields-winlog.html
    https://learn.microsoft.com/en-us/azure/azure-monitor/reference/tables/securityevent
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source
from graphhunt.sources.recognition import Keys

from . import _json, _text, _windows
from ._record import Hints, Payload
from ._windows_flat import event_of

_NO_ID = Rejected("no Windows event id")
_LAYOUTS = tuple(
    tuple(re.compile(rb'"' + name + rb'"\s*:') for name in names)
    for names in (
        (b"EventID", b"(?:Channel|SourceName|Computer|Hostname)"),
        (b"winlog", b"(?:event_id|event_data|channel)"),
        (b"event_id", b"(?:computer_name|log_name)"),
        (rb"winlog\.event_id",),
        (b"Event", b"System", b"EventID"),
    )
)
_SYSLOG = re.compile(rb'"SyslogMessage"\s*:\s*"(?:<|\\u003c)Event')


class WindowsJsonLoader:
    """Reads Windows events that a collector or a dump tool wrote as JSON."""

    name = "windows_json"
    text = True
    judges = True
    signatures = (
        Keys("winlog.event_id"),
        Keys("winlog", "event.code"),
        Keys("event_id", "computer_name", "log_name"),
        Keys("event_id", "computer_name", "event_data"),
        Keys("Event.System"),
        Keys("System.EventID", "EventData"),
        Keys("System.EventID", "System.Channel"),
        Keys("EventTime", "Computer", "Channel", "EventID"),
        *(Keys("EventID", name) for name in ("Channel", "SourceName", "Computer", "Hostname")),
    )

    def of(self, record: Payload, hints: Hints) -> list[Fact] | Skipped | Rejected:
        """Say what a record that came inside another one is."""
        return _outcome(record) if isinstance(record, dict) else _NO_ID

    def sniff(self, head: bytes, name: str) -> float:
        """Look for the field names of one of the layouts near the beginning of something that starts as JSON."""
        start = _text.head_text(head)
        if start[:1] not in (b"{", b"["):
            return 0.0
        found = any(all(name.search(start) for name in names) for names in _LAYOUTS) or _SYSLOG.search(start)
        return 0.9 if found else 0.0

    def by_line(self, head: bytes) -> bool:
        """Tell whether each line is a record of its own: then a big file can be read in slices."""
        return _json.is_lines(head)

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every record; a line or value that is damaged is rejected, the rest goes on."""
        return _json.records(source, self.name, _outcome)

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what a record that is kept is."""
        return _json.again(held, _outcome)


def _outcome(record: dict[str, Any]) -> list[Fact] | Skipped | Rejected:
    document = record.get("_source")  # a search engine's hit among other records
    event = event_of(document if isinstance(document, dict) else record)
    return _NO_ID if event is None else _windows.outcome(event)
