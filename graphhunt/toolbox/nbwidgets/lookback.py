"""How far to look back: `Lookback`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from graphhunt.errors import UsageError
from graphhunt.questions.parameter import TYPES
from graphhunt.toolbox.nbwidgets.core import Control, NotebookWidget, displayed
from graphhunt.toolbox.timespan import UNITS, TimeSpan, unit_named, utc


class Lookback(NotebookWidget):
    """Asks how many units of time before a moment to look.

    Args:
        default: The number at first.
        description: What is asked; `{units}` stands for the unit.
        origin_time: The moment; now when not given.
        min_value: The least number.
        max_value: The greatest number.
        units: The unit: second, minute, hour, day or week, or how one begins.
        auto_display: Show it at once.
        label: Another name of `description`.

    Raises:
        UsageError: The unit or number can't be.
    """

    def __init__(  # noqa: PLR0913  the documented parameters
        self,
        default: int = 4,
        description: str = "Select time ({units}) to look back",
        origin_time: Any = None,
        min_value: int = 1,
        max_value: int = 240,
        units: str = "hour",
        auto_display: bool = False,
        *,
        label: str | None = None,
    ) -> None:
        self.units = unit_named(units)
        self.description = (label or description).replace("{units}", self.units)
        self.origin_time = datetime.now(UTC) if origin_time is None else utc(origin_time)
        self.min_value, self.max_value = min_value, max(max_value, default)
        self._value = default
        self._set("lookback", default)
        displayed(self, auto_display)

    @property
    def value(self) -> int:
        """The number of units."""
        return self._value

    @value.setter
    def value(self, number: int) -> None:
        self.set("lookback", number)

    @property
    def lookback(self) -> int:
        """The number of units, as `value`."""
        return self._value

    @property
    def start(self) -> datetime:
        """The earliest time."""
        return self.origin_time - timedelta(seconds=self._value * UNITS[self.units])

    @property
    def end(self) -> datetime:
        """The latest time: the moment."""
        return self.origin_time

    @property
    def timespan(self) -> TimeSpan:
        """The time looked at."""
        return TimeSpan(self.start, self.end)

    def controls(self) -> list[Control]:
        """Describe the controls."""
        bounds = {"min": self.min_value, "max": self.max_value}
        return [{"kind": "number", "name": "lookback", "label": self.description, "value": self._value, **bounds}]

    def _set(self, name: str, value: Any) -> None:
        number = TYPES["int"](value)
        if not self.min_value <= number <= self.max_value:
            raise UsageError(f"{number} is not from {self.min_value} to {self.max_value}")
        self._value = number
