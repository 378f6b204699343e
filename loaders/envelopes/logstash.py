"""Lines that Logstash or a beat took from a file or a port, whole in `message` or `event.original`.

Both may hold the same text: that is one record. `host` and `agent` are the shipper's.

Known gaps: lines that were parted by a filter.

References:
    https://www.elastic.co/guide/en/logstash/current/event-api.html
"""

from __future__ import annotations

from collections.abc import Iterable

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .. import _times
from .._record import Hints, Payload
from . import _windows_fields as w
from ._envelope import Envelope, Inner

_NOTHING = Skipped("logstash event without a message")


class LogstashEnvelope(Envelope):
    """Reads lines that were shipped as they are."""

    name = "logstash"
    signatures = (
        Keys("@timestamp", "@version", "message", absent=("winlog", "event_id", "EventID")),
        Keys("@timestamp", "event.original", absent=("winlog", "event_id", "EventID", "event.category")),
    )

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give the line."""
        if not isinstance(record, dict):
            return _NOTHING
        line = w.mapping(record.get("event")).get("original") or record.get("message")
        if not isinstance(line, str) or not line.strip():
            return _NOTHING
        time = _times.read(record.get("@timestamp"))
        return [Inner(line, hints._replace(time=time[0] if time else None))]
