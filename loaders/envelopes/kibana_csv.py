"""CSV of Kibana's Discover: columns are paths with dots, `-` stands for nothing.

The time is in the browser's form and zone, which the file doesn't state: it is taken as UTC and marked as guessed,
unless it is written with one.

Known gaps: values that are lists.

References:
    https://www.elastic.co/guide/en/kibana/current/reporting-getting-started.html
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Columns

from .. import _times
from .._record import Hints, Payload
from ._envelope import Envelope, Inner

_NO_ROW = Rejected("not a row")
_TIME = "@timestamp"


class KibanaCsvEnvelope(Envelope):
    """Reads rows of documents."""

    name = "kibana_csv"
    signatures = (
        Columns(_TIME, "winlog.event_id", "winlog.channel"),
        Columns(_TIME, "event.code", "host.name"),
        Columns(_TIME, "event.category", "host.name"),
        Columns(_TIME, "_id", "_index"),
    )

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give a row as the document that it was."""
        if not isinstance(record, dict):
            return _NO_ROW
        document = {name: value for name, value in record.items() if value not in ("-", "")}
        time = _times.read(document.get(_TIME), hints.day_first)
        if time:
            when = datetime.fromtimestamp(time[0] // 1_000_000, UTC).replace(
                microsecond=time[0] % 1_000_000, tzinfo=None
            )
            document[_TIME] = when.isoformat() + ("Z" if time[1] else "")
        return [Inner(document, hints)]
