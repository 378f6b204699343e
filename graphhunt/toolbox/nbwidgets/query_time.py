"""From when to when: `QueryTime`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from graphhunt.errors import UsageError
from graphhunt.questions.parameter import TYPES
from graphhunt.toolbox.nbwidgets.core import Control, NotebookWidget, displayed
from graphhunt.toolbox.timespan import UNITS, TimeSpan, unit_named, utc

_AROUND = {"second": 60, "minute": 60, "hour": 6, "day": 1, "week": 1}
"""How many units before and after the moment are looked at, unless something else is said."""

_WIDER = 4
"""How many times the first number of units can be set."""


class QueryTime(NotebookWidget):
    """Asks for the time that queries look at, as units before and after a moment.

    It is given to query functions as it is: `qry_prov.WindowsSecurity.list_host_logons(query_times, …)`.

    Args:
        description: What is asked.
        label: Another name of `description`.
        before: Units before the moment.
        after: Units after it.
        units: The unit: second, minute, hour, day or week, or how one begins.
        origin_time: The moment; now when not given.
        max_before: Most units before.
        max_after: Most units after.
        timespan: The time at first, instead of moment and units.
        start: Start of the time at first, with `end`.
        end: End of it.
        auto_display: Show it at once.

    Raises:
        UsageError: A unit, number or time can't be.
    """

    def __init__(  # noqa: PLR0913  the documented parameters
        self,
        *,
        description: str | None = None,
        label: str | None = None,
        before: int | None = None,
        after: int | None = None,
        units: str | None = None,
        origin_time: Any = None,
        max_before: int | None = None,
        max_after: int | None = None,
        timespan: Any = None,
        start: Any = None,
        end: Any = None,
        auto_display: bool = False,
    ) -> None:
        self.description = description or label or "Set query time boundaries"
        if (start is None) != (end is None):
            raise UsageError("a time has a start and an end", hint="give start= and end=")
        given = timespan if timespan is not None else TimeSpan(utc(start), utc(end)) if start is not None else None
        if given is not None:
            self._span(TimeSpan(utc(given.start), utc(given.end)), units)
        else:
            self._unit = unit_named(units or "minute")
            self.origin_time = datetime.now(UTC) if origin_time is None else utc(origin_time)
            self.before: float = abs(_AROUND[self._unit] if before is None else before)
            self.after: float = abs(_AROUND[self._unit] if after is None else after)
        self.max_before = max(max_before or _WIDER * self.before, self.before)
        self.max_after = max(max_after or _WIDER * max(1, self.after), self.after)
        displayed(self, auto_display)

    def _span(self, span: TimeSpan, units: str | None) -> None:
        """Take a span: its end is the moment, and the unit fits its length where none is said."""
        fitting = [unit for unit in ("day", "hour", "minute") if span.period.total_seconds() > UNITS[unit]]
        self._unit = unit_named(units) if units else (fitting or ["second"])[0]
        self.origin_time = span.end
        length = span.period / timedelta(seconds=UNITS[self._unit])
        self.before, self.after = _number(length), 0

    @property
    def units(self) -> str:
        """The unit."""
        return self._unit

    @property
    def start(self) -> datetime:
        """The earliest time."""
        return self.origin_time - timedelta(seconds=self.before * UNITS[self._unit])

    @property
    def end(self) -> datetime:
        """The latest time."""
        return self.origin_time + timedelta(seconds=self.after * UNITS[self._unit])

    @property
    def timespan(self) -> TimeSpan:
        """The time."""
        return TimeSpan(self.start, self.end)

    @property
    def value(self) -> TimeSpan:
        """The time."""
        return self.timespan

    def set_time(self, timespan: Any) -> None:
        """Set the time from something with a start and an end."""
        self._span(TimeSpan(utc(timespan.start), utc(timespan.end)), None)
        self.max_before = max(self.max_before, self.before)
        self.refresh()

    def controls(self) -> list[Control]:
        """Describe the controls."""
        span = f"{self.start.isoformat()} – {self.end.isoformat()}"
        units = list(UNITS)
        return [
            {"kind": "text", "name": "origin", "label": self.description, "value": self.origin_time.isoformat()},
            {"kind": "number", "name": "before", "label": "before", "value": self.before, "min": 0,
             "max": self.max_before},
            {"kind": "number", "name": "after", "label": "after", "value": self.after, "min": 0, "max": self.max_after},
            {"kind": "select", "name": "units", "label": "units", "options": units, "value": units.index(self._unit)},
            {"kind": "note", "name": "span", "label": "UTC", "value": span},
        ]  # fmt: skip

    def _set(self, name: str, value: Any) -> None:
        if name == "origin":
            self.origin_time = utc(value)
        elif name == "units":
            self._unit = list(UNITS)[value] if isinstance(value, int) else unit_named(value)
        elif name in {"before", "after"}:
            number, most = TYPES["float"](value), self.max_before if name == "before" else self.max_after
            if not 0 <= number <= most:
                raise UsageError(f"{name} is from 0 to {most}, not {number}")
            setattr(self, name, _number(number))


def _number(value: float) -> float:
    """Give a whole number as an integer, as people write it."""
    return int(value) if value.is_integer() else value
