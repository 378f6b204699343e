"""The one codec of times: ISO 8601 text and aware datetimes outside, integer microseconds UTC inside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import Any

from graphhunt.errors import UsageError
from graphhunt.schema import TIMES

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDEST = 1 << 62
_MICROSECONDS = re.compile(r"-?\d{15,20}")
"""Digits that are microseconds; fewer may be a date (20200920) or the seconds of another program."""

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")

TIME_NAMES = TIMES | {"first", "last", "time", "created", "changed"}
"""Names of properties and fields that are times: the schema's, and those of answers."""

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
    """Write microseconds UTC as ISO 8601 with microseconds and `Z`; None stays None.

    A number outside the years 1 to 9999, as a damaged record may hold, is given as its digits.
    """
    if time is None:
        return None
    try:
        moment = _EPOCH + timedelta(microseconds=time)
    except OverflowError:
        return str(time)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def micros(value: str | float | datetime | None) -> int | None:
    """Read a time: ISO 8601 text (UTC if it names no zone), an aware datetime, or microseconds.

    Raises:
        UsageError: The text isn't a time, or the datetime has no zone.
    """
    if value is None:
        return value
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise UsageError(f"{value!r} is not a time", hint="write it as 2020-09-20T06:57:47Z")
    if isinstance(value, int | float) or (isinstance(value, str) and _MICROSECONDS.fullmatch(value)):
        return max(-_WIDEST, min(int(value), _WIDEST))
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            raise UsageError(f"'{value}' is not a time", hint="write it as 2020-09-20T06:57:47Z") from error
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, datetime):
        raise UsageError(f"{value!r} is not a time", hint="write it as 2020-09-20T06:57:47Z")
    if value.tzinfo is None:
        raise UsageError(f"the time {value.isoformat()} has no time zone", hint="use datetime.UTC")
    return (value - _EPOCH) // timedelta(microseconds=1)


def as_asked(value: Any) -> Any:
    """Give the microseconds of text that is a time exactly as `iso` writes it; any other value as it is."""
    return micros(value) if isinstance(value, str) and _WRITTEN.fullmatch(value) else value


def dated(value: Any, name: str = "", times: AbstractSet[str] = TIME_NAMES) -> Any:
    """Give a value with its times as ISO 8601 text: those of properties known to be times, at any depth.

    Args:
        value: Rows, properties, or any plain value.
        name: What the value itself is called.
        times: Names that are times here.
    """
    if isinstance(value, Mapping):
        return {str(key): dated(item, str(key), times) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [dated(item, name, times) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and name in times:
        return iso(value)
    return value


def span(value: str | int | timedelta) -> int:
    """Read a length of time (`24h`, `90s`, `15m`, `7d`, a timedelta, or microseconds) as microseconds.

    Raises:
        UsageError: The text isn't a length of time.
    """
    if isinstance(value, timedelta):
        return value // timedelta(microseconds=1)
    if isinstance(value, int) and not isinstance(value, bool):
        return min(value, _WIDEST)
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if match is None and value != "0":
        raise UsageError(f"'{value}' is not a length of time", hint="write it as 24h, 90s, 15m or 7d")
    return min(int(float(match[1]) * _UNITS[match[2]]), _WIDEST) if match else 0
