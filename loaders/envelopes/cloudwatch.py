"""Log events of CloudWatch (`aws logs filter-log-events`, `get-log-events`, subscriptions): each message by itself.

`timestamp` gives the year, zone and fraction of a second to lines that lack them.

Known gaps: compressed records of subscriptions.

References:
    https://docs.aws.amazon.com/cli/latest/reference/logs/filter-log-events.html
"""

from __future__ import annotations

from collections.abc import Iterable

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .. import _times
from .._record import Hints, Payload
from ._envelope import Envelope, Inner

_NOTHING = Skipped("log event without a message")


class CloudWatchEnvelope(Envelope):
    """Reads log events."""

    name = "cloudwatch"
    signatures = (
        Keys("message", "timestamp", "ingestionTime"),
        Keys("message", "timestamp", "logStreamName"),
        Keys("id", "message", "timestamp", absent=("level", "@timestamp", "host", "agent")),
    )

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give a log event's message."""
        if not isinstance(record, dict):
            return _NOTHING
        message = record.get("message")
        if not isinstance(message, str) or not message.strip():
            return _NOTHING
        time = _times.read(record.get("timestamp"))
        return [Inner(message, hints._replace(time=time[0] if time else None))]
