"""Windows events as CSV, exported from Azure Monitor, Sentinel or a notebook (table SecurityEvent).

The first line names the columns; `EventID`, `Computer` and `TimeGenerated` (or `EventTime`) must be among them. Event
time is `TimeGenerated`, the event's own in these tables; without a zone it is UTC. Which event becomes which
fact: docs/windows-events.md.

Known gaps: a table without a `Channel` column is taken for the Security log.

References:
    https://learn.microsoft.com/en-us/azure/azure-monitor/reference/tables/securityevent
"""

from __future__ import annotations

from collections.abc import Iterator

from graphhunt.model import Fact, FileWarning, Record, Rejected, Skipped
from graphhunt.sources.loading import Held, Source

from . import _csv, _windows
from ._windows_flat import event_of

_NEEDED = frozenset({"EventID", "Computer", "TimeGenerated"})
_NO_ID = Rejected("no Windows event id")


class WindowsCsvLoader:
    """Reads rows of a security event table."""

    name = "windows_csv"
    text = True

    def sniff(self, head: bytes, name: str) -> float:
        """Look for the columns that every event of the table has."""
        return 0.9 if _NEEDED.issubset(_csv.header(head)) else 0.0

    def read(self, source: Source) -> Iterator[Record | FileWarning]:
        """Yield every row."""
        return _csv.records(source, self.name, _outcome)

    def context(self, source: Source) -> str:
        """Give the names of the columns."""
        return _csv.context(source)

    def again(self, held: Held) -> list[Fact] | Skipped | Rejected | None:
        """Say what a row that is kept is."""
        return _csv.again(held, _outcome)


def _outcome(row: _csv.Row) -> list[Fact] | Skipped | Rejected:
    event = event_of({"Channel": "Security", **{name: value for name, value in row.items() if value}})
    return _NO_ID if event is None else _windows.outcome(event)
