"""When people and machines act: the office day, the lunch dip, weekends and nights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from graphhunt.lab.generator.config import DAY_US, HOUR_US

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Relative activity of each local hour: 8 to 18 with a dip at noon, little in the evening, hardly any at night.
_OFFICE_TEXT = "0.1 .05 .05 .05 0.1 0.3 1.0 3.5 9.0 10.5 10 9.0 4.0 7.0 9.5 9.0 8.0 6.0 2.5 1.2 0.9 0.7 0.4 0.2"
_OFFICE_HOURS = np.array([float(text) for text in _OFFICE_TEXT.split()])
WEEKEND_FACTOR = 0.1

_CDF = np.concatenate([[0.0], np.cumsum(_OFFICE_HOURS) / _OFFICE_HOURS.sum()])
_EDGES = np.arange(25, dtype=np.float64)


def is_weekend(start: int, day: int) -> bool:
    """Tell whether day number ``day`` after ``start`` (µs UTC) is a Saturday or a Sunday."""
    # 1970-01-01 was a Thursday, hence the shift by three to count from Monday.
    return ((start // DAY_US + day + 3) % 7) >= 5


def day_factor(start: int, day: int) -> float:
    """Return how busy a day is, 1 for a working day."""
    return WEEKEND_FACTOR if is_weekend(start, day) else 1.0


def office_times(
    rng: np.random.Generator, size: int, shift_hours: NDArray[np.float64] | float = 0.0
) -> NDArray[np.int64]:
    """Return microseconds after local midnight drawn from the office curve.

    ``shift_hours`` moves early birds and late workers; the result stays within the day.
    """
    hours = np.interp(rng.random(size), _CDF, _EDGES) + shift_hours
    return (np.clip(hours, 0.0, 23.98) * HOUR_US).astype(np.int64)


def local_midnight(start: int, day: int, utc_offset_minutes: int) -> int:
    """Return the UTC microsecond of local midnight of day ``day``."""
    return start + day * DAY_US - utc_offset_minutes * 60_000_000
