"""Spans of time with a start, an end and a length, and the units that widgets count them in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from graphhunt.errors import UsageError
from graphhunt.times import micros

UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
"""Units by name, in seconds."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def unit_named(name: str) -> str:
    """Give the unit that a name or the beginning of one means, such as `day` for `d` or `days`.

    Raises:
        UsageError: It means none.
    """
    wanted = name.strip().lower()
    found = next((unit for unit in UNITS if wanted and (unit.startswith(wanted) or wanted == f"{unit}s")), None)
    if found is None:
        raise UsageError(f"'{name}' is no unit of time", hint="one of " + ", ".join(UNITS))
    return found


def utc(value: Any) -> datetime:
    """Give a time in UTC: a datetime (UTC if it names no zone) or ISO text.

    Raises:
        UsageError: It isn't a time.
    """
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return _EPOCH + timedelta(microseconds=micros(str(value)) or 0)


@dataclass(frozen=True)
class TimeSpan:
    """A span of time, in UTC.

    Attributes:
        start: Its start.
        end: Its end.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        """Refuse a span that ends before it starts."""
        if self.end < self.start:
            raise UsageError(f"the span ends at {self.end.isoformat()}, before its start")

    @property
    def period(self) -> timedelta:
        """Its length."""
        return self.end - self.start
