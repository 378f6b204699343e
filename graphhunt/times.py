"""Times at the faces: ISO 8601 text and aware datetimes outside, integer microseconds UTC inside."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from graphhunt.errors import UsageError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SPAN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(us|ms|s|m|h|d|w)\s*")
_UNITS = {
    "us": 1,
    "ms": 1000,
    "s": 10**6,
    "m": 60 * 10**6,
    "h": 3600 * 10**6,
    "d": 86400 * 10**6,
    "w": 7 * 86400 * 10**6,
}


def iso(time: int | None) -> str | None:
    """Write microseconds UTC as ISO 8601 with microseconds and `Z`; None stays None."""
    if time is None:
        return None
    return (_EPOCH + timedelta(microseconds=time)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def micros(value: str | int | datetime | None) -> int | None:
    """Read a time: ISO 8601 text (UTC if it names no zone), an aware datetime, or microseconds.

    Raises:
        UsageError: The text isn't a time, or the datetime has no zone.
    """
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise UsageError(f"'{value}' is not a time", hint="write it as 2020-09-20T06:57:47Z") from error
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
    if value.tzinfo is None:
        raise UsageError(f"the time {value.isoformat()} has no time zone", hint="use datetime.UTC")
    return (value - _EPOCH) // timedelta(microseconds=1)


def span(value: str | int | timedelta) -> int:
    """Read a length of time (`24h`, `90s`, `15m`, `7d`, a timedelta, or microseconds) as microseconds.

    Raises:
        UsageError: The text isn't a length of time.
    """
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    if isinstance(value, int):
        return value
    match = _SPAN.fullmatch(value)
    if match is None:
        raise UsageError(f"'{value}' is not a length of time", hint="write it as 24h, 90s, 15m or 7d")
    return int(float(match[1]) * _UNITS[match[2]])
