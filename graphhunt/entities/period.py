"""Periods of time that questions are limited to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from graphhunt.errors import UsageError
from graphhunt.times import iso, micros


@dataclass(frozen=True)
class TimePeriod:
    """A period `[start, end)`: the end itself is outside. A side left out is open.

    Args:
        start: ISO 8601 text (UTC if it names no zone), an aware datetime, or microseconds UTC.
        end: The same.

    Raises:
        UsageError: A side isn't a time, has no zone, or the end is before the start.
    """

    start: str | datetime | int | None = None
    end: str | datetime | int | None = None

    def __post_init__(self) -> None:
        since, until = self.window
        if since is not None and until is not None and until < since:
            raise UsageError(f"the period ends ({iso(until)}) before it starts ({iso(since)})")

    @property
    def window(self) -> tuple[int | None, int | None]:
        """Both sides in microseconds UTC; None where open."""
        return micros(self.start), micros(self.end)

    @classmethod
    def last(cls, *, days: float = 0, hours: float = 0, minutes: float = 0) -> Self:
        """Give the time up to now of this length."""
        now = datetime.now(UTC)
        return cls(now - timedelta(days=days, hours=hours, minutes=minutes), now)

    @classmethod
    def today(cls) -> Self:
        """Give today, from midnight to midnight UTC."""
        return cls.day(datetime.now(UTC).date())

    @classmethod
    def day(cls, day: date | str) -> Self:
        """Give one day, from midnight to midnight UTC; a text is read as `2020-09-20`.

        Raises:
            UsageError: The text isn't a date.
        """
        if isinstance(day, str):
            try:
                day = date.fromisoformat(day)
            except ValueError as error:
                raise UsageError(f"'{day}' is not a date", hint="write it as 2020-09-20") from error
        begin = datetime.combine(day, time(), tzinfo=UTC)
        return cls(begin, begin + timedelta(days=1))

    @classmethod
    def around(cls, moment: str | datetime | int, *, minutes: float = 5) -> Self:
        """Give the time from so many minutes before a moment to so many after it."""
        middle = micros(moment)
        if middle is None:
            raise UsageError("a period around a moment needs the moment")
        reach = int(minutes * 60_000_000)
        return cls(middle - reach, middle + reach)

    def __str__(self) -> str:
        since, until = self.window
        return f"[{iso(since) or '…'}, {iso(until) or '…'})"


ALL_TIME = TimePeriod()
"""All loaded time."""

DEFAULTS = ("all", "today")
"""Values of the setting `period`: all loaded time, for a case; today, for a live feed."""


def default_period(settings: object) -> TimePeriod:
    """Give the period of questions that name none, as the setting `period` says.

    Raises:
        UsageError: The setting has another value; the error lists the valid ones.
    """
    chosen = getattr(settings, "period", "all")
    if chosen not in DEFAULTS:
        raise UsageError(f"{chosen!r} is not a value of the setting period", hint="one of " + ", ".join(DEFAULTS))
    return TimePeriod.today() if chosen == "today" else ALL_TIME
