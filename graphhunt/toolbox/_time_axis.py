"""A time axis: round steps between the first and last time, and where a time stands on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graphhunt.svg import Canvas

_STEPS = (
    ("1ms", "%H:%M:%S.%f"), ("10ms", "%H:%M:%S.%f"), ("100ms", "%H:%M:%S.%f"), ("1s", "%H:%M:%S"),
    ("5s", "%H:%M:%S"), ("15s", "%H:%M:%S"), ("1min", "%H:%M"), ("5min", "%H:%M"), ("15min", "%H:%M"),
    ("1h", "%m-%d %H:%M"), ("3h", "%m-%d %H:%M"), ("6h", "%m-%d %H:%M"), ("12h", "%m-%d %H:%M"), ("1D", "%Y-%m-%d"),
    ("7D", "%Y-%m-%d"), ("30D", "%Y-%m-%d"), ("90D", "%Y-%m-%d"), ("365D", "%Y-%m-%d"), ("3650D", "%Y"),
)  # fmt: skip
_MOST_TICKS = 8


class TimeAxis:
    """Maps times to positions.

    Args:
        times: All times to show; nulls don't count.
        left: Position of the first time.
        right: Position of the last.
    """

    def __init__(self, times: pd.Series[pd.Timestamp], left: float, right: float) -> None:
        known = times.dropna()
        self.empty = known.empty
        low = pd.Timestamp(0, tz="UTC") if self.empty else known.min()
        high = low if self.empty else known.max()
        pad = (high - low) * 0.02 or pd.Timedelta(seconds=1)
        self.low, self.high = low - pad, high + pad
        self.left, self.right = left, right

    def place(self, times: pd.Series[pd.Timestamp]) -> NDArray[np.float64]:
        """Give the positions of times; null where the time is null."""
        if times.empty:
            return np.zeros(0)
        share = ((times - self.low) / (self.high - self.low)).to_numpy(dtype=np.float64)
        places: NDArray[np.float64] = np.asarray(share * (self.right - self.left) + self.left, dtype=np.float64)
        return places

    def ticks(self) -> list[tuple[float, str]]:
        """Give at most eight round times as (position, text)."""
        span = self.high - self.low
        step, form = next((s for s in _STEPS if span / pd.Timedelta(s[0]) <= _MOST_TICKS), _STEPS[-1])
        found = pd.date_range(self.low.ceil(step), self.high, freq=step)
        places = self.place(pd.Series(found))
        texts = [t.strftime(form)[:12] if "%f" in form else t.strftime(form) for t in found]
        return list(zip(places.tolist(), texts, strict=True))

    def draw(self, canvas: Canvas, top: float, bottom: float, grid: bool) -> None:
        """Draw the axis, with lines up to `top` if there is to be a grid."""
        canvas.line((self.left, bottom, self.right, bottom))
        for x, text in self.ticks():
            canvas.line((x, top if grid else bottom, x, bottom + 4), "g" if grid else "a")
            canvas.text(x, bottom + 18, text, "m", "middle")
        day = f"{self.low:%Y-%m-%d} to {self.high:%Y-%m-%d} UTC" if not self.empty else "no times"
        canvas.text(self.right, bottom + 34, day, "m", "end")
