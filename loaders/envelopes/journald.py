"""The journal of systemd as JSON (`journalctl -o json`): fields beside one another, the text in `MESSAGE`.

Event time is `_SOURCE_REALTIME_TIMESTAMP`, when the message was written, else `__REALTIME_TIMESTAMP`, when it was
received. A value may be a list of values, or an array of bytes where it isn't text.

Known gaps: messages that name their program by `_EXE` only.

References:
    https://systemd.io/JOURNAL_EXPORT_FORMATS/
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphhunt.model import Rejected, Skipped
from graphhunt.sources.recognition import Keys

from .. import _values as v
from .._record import NO_TIME, Hints, Payload
from ._envelope import Envelope, Inner

_NOTHING = Skipped("journal entry without a message")
_TIMES = ("_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP")


class JournaldEnvelope(Envelope):
    """Reads entries of a journal."""

    name = "journald"
    signatures = (Keys("__REALTIME_TIMESTAMP", "_HOSTNAME"), Keys("__REALTIME_TIMESTAMP", "__CURSOR"))

    def peel(self, record: Payload, hints: Hints) -> Iterable[Inner] | Skipped | Rejected:
        """Give an entry's message."""
        return entry(record, hints) if isinstance(record, dict) else _NOTHING


def entry(record: dict[str, Any], hints: Hints) -> list[Inner] | Skipped | Rejected:
    """Give the message of an entry, with what the journal says of it."""
    time = next((time for time in (v.number(_one(record.get(name))) for name in _TIMES) if time), None)
    if time is None:
        return NO_TIME
    message = _text(record.get("MESSAGE"))
    if message is None:
        return _NOTHING
    program = v.text(_one(record.get("SYSLOG_IDENTIFIER"))) or v.text(_one(record.get("_COMM")))
    around = hints._replace(
        time=time,
        guessed=False,
        host=v.text(_one(record.get("_HOSTNAME"))) or hints.host,
        program=program,
        pid=v.pid(_one(record.get("_PID") or record.get("SYSLOG_PID"))),
    )
    return [Inner(message, around)]


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _text(value: Any) -> str | None:
    """Read a message: text, bytes as numbers, or the first of several."""
    if isinstance(value, list):
        if value and all(isinstance(each, int) and 0 <= each < 256 for each in value):
            return bytes(value).decode("utf-8", "backslashreplace")
        value = next((each for each in value if isinstance(each, str)), None)
    return value if isinstance(value, str) and value else None
