"""Tables of Azure Monitor and Sentinel as the portal exports them: CSV with the browser's language and delimiter.

Columns of time are named `TimeGenerated [UTC]` there; without that the zone isn't stated.

Known gaps: columns of time without `[UTC]`.

References:
    https://learn.microsoft.com/en-us/azure/azure-monitor/reference/tables/securityevent
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Columns

from .. import _times
from .._record import Hints, Payload
from ._envelope import Envelope, Inner

_UTC = " [UTC]"
_NO_ROW = Rejected("not a row")
_TYPE = "Type"


class LogAnalyticsCsvEnvelope(Envelope):
    """Reads rows of tables."""

    name = "log_analytics_csv"
    signatures = (
        Columns(f"TimeGenerated{_UTC}"),
        Columns(f"TimeGenerated{_UTC}", "EventID", "Computer"),
        Columns(f"Timestamp{_UTC}"),
    )

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give a row under the names of its table."""
        if not isinstance(record, dict):
            return _NO_ROW
        row = {}
        for name, value in record.items():
            if value == "":
                continue
            if name.endswith(_UTC):
                row[name.removesuffix(_UTC)] = _utc(value, hints)
            else:
                row[name] = value
        if row.get(_TYPE) == "SecurityEvent":
            row.setdefault("Channel", "Security")
        return [Inner(row, hints)]


def _utc(value: str, hints: Hints) -> str:
    time = _times.read(value, hints.day_first)
    if time is None:
        return value
    return datetime.fromtimestamp(time[0] // 1_000_000, UTC).replace(microsecond=time[0] % 1_000_000).isoformat()
