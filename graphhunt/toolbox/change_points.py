"""ChangeFinder over many series at once: two stages of a discounting auto-regressive model.

The published tool starts from random numbers, so that no two runs agree, and takes the logarithm of a density
that underflows to zero; this one starts from the series' first value and computes the log density directly.

References:
    Takeuchi and Yamanishi, "A unifying framework for detecting outliers and change points" (TKDE 2006).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Series = NDArray[np.float64]

_LEAST_VARIANCE = 1e-2


class _Model:
    """The discounting model of order 1, one per series."""

    def __init__(self, first: Series, rate: float) -> None:
        self.rate = rate
        self.mean = first.copy()
        self.last = first.copy()
        self.variance = np.ones_like(first)
        self.own = np.ones_like(first)
        self.lagged = np.zeros_like(first)

    def update(self, x: Series) -> Series:
        """Take one value of each series; give how surprising each is (-log density)."""
        r = self.rate
        self.mean += r * (x - self.mean)
        self.own += r * ((x - self.mean) ** 2 - self.own)
        self.lagged += r * ((x - self.mean) * (self.last - self.mean) - self.lagged)
        weight = np.clip(self.lagged / np.maximum(self.own, _LEAST_VARIANCE), -1, 1)
        miss = x - (self.mean + weight * (self.last - self.mean))
        self.variance += r * (miss**2 - self.variance)
        self.last = x.copy()
        variance = np.maximum(self.variance, _LEAST_VARIANCE)
        surprise: Series = 0.5 * (miss**2 / variance + np.log(2 * np.pi * variance))
        return surprise


def change_scores(series: Series, rate: float = 0.04, smooth: int = 5, prime: Series | None = None) -> Series:
    """Score each value of each series by how much the series changes there.

    Args:
        series: One row per series, one column per step of time.
        rate: How fast the past is forgotten.
        smooth: Steps over which the first stage's scores are averaged; half of it for the second stage.
        prime: Steps every model takes before it starts, such as the mean series.

    Returns:
        Scores of the same shape; only comparable within one call.
    """
    if series.size == 0:
        return np.zeros_like(series)
    lead = np.zeros(0) if prime is None else prime
    steps = np.hstack([np.tile(lead, (len(series), 1)), series])
    outlier = _stage(steps, rate)
    change = _stage(_averaged(outlier, smooth), rate)
    return _averaged(change, max(1, round(smooth / 2)))[:, len(lead) :]


def _stage(steps: Series, rate: float) -> Series:
    """Run the model over all series, a step of time at a time."""
    model = _Model(steps[:, 0], rate)
    return np.column_stack([model.update(steps[:, t]) for t in range(steps.shape[1])])


def _averaged(values: Series, width: int) -> Series:
    """Average each value with those before it, over at most `width` steps."""
    total = np.cumsum(values, axis=1)
    total[:, width:] = total[:, width:] - total[:, :-width]
    counts = np.minimum(np.arange(1, values.shape[1] + 1), width)
    averaged: Series = total / counts
    return averaged
