"""GELF and Graylog's CSV: a record's own fields have an underscore before their names.

`host` is what sent it, mostly a relay. `timestamp` is in UTC: it tells the zone of an event's own time where both are
within a second but for whole quarters of an hour, and then its fraction.

Known gaps: chunked and compressed messages.

References:
    https://go2docs.graylog.org/current/getting_in_log_data/gelf.html
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .. import _times
from .._record import Hints, Payload
from ._envelope import Envelope, Inner

_NOTHING = Skipped("gelf message without fields")
_SECOND = 1_000_000
_QUARTER = 15 * 60 * _SECOND
_OWN_TIME = "EventTime"


class GelfEnvelope(Envelope):
    """Reads GELF messages."""

    name = "gelf"
    signatures = (Keys("version", "host", "short_message"), Keys("host", "short_message", "timestamp"))

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give a message's own fields, or its text where it has none."""
        if not isinstance(record, dict):
            return _NOTHING
        time = _times.read(record.get("timestamp"))
        around = hints._replace(time=time[0] if time else None)
        fields: dict[str, Any] = {name[1:]: value for name, value in record.items() if name[:1] == "_"}
        if _OWN_TIME in fields:
            fields[_OWN_TIME] = _with_zone(fields[_OWN_TIME], time)
            fields.setdefault("Message", record.get("full_message") or record.get("short_message"))
        if fields:
            return [Inner(fields, around)]
        text = record.get("full_message") or record.get("short_message")
        return [Inner(text, around)] if isinstance(text, str) else _NOTHING


def _with_zone(own: Any, sent: _times.Time | None) -> Any:
    time = _times.read(own)
    if time is None or sent is None or time[1]:
        return own
    apart = (sent[0] - time[0] + _QUARTER // 2) // _QUARTER * _QUARTER
    if abs(sent[0] - time[0] - apart) > _SECOND:
        return own
    return datetime.fromtimestamp(sent[0] // _SECOND, UTC).replace(microsecond=sent[0] % _SECOND).isoformat()
