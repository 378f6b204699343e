"""What a score means: conformal p-values from earlier days, and the false discovery rate.

Only *new* connections (source, destination, account not seen together before) are tested, against the new
connections of the baseline. A baseline day counts only once half of the baseline lies before it, so that
"new" means the same on both sides. `p = (1 + #{baseline: score >= observed}) / (1 + N)` can't be smaller than
1 / (1 + N); both are always reported.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphhunt.lateral.paths.table import Flags, Floats, Ints

FDR = 0.05
"""Share of false findings accepted among the significant ones."""

LEAST_BASELINE = 1_000
"""Baseline connections below which no p-value is given."""

DISCOVERIES = 10
"""Findings that must be able to pass together before one of them is called significant."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """P-values of the scored rows.

    Attributes:
        p: P-value per row; NaN for rows that were not tested.
        significant: Rows that pass Benjamini-Hochberg at `FDR`.
        baseline: Number of baseline connections compared with (N).
        tested: Number of connections tested.
        smallest_p: The smallest p-value this baseline can give.
        least: Baseline connections it takes.
    """

    p: Floats
    significant: Flags
    baseline: int
    tested: int
    smallest_p: float
    least: int = LEAST_BASELINE

    def words(self, fdr: float = FDR) -> str:
        """Say what p-values rest on, or why there are none."""
        if np.isnan(self.p).all() and self.baseline < self.least:
            return f"No p-values: the baseline has {self.baseline:,} new connections, and it takes {self.least:,}."
        return (
            f"{self.tested} new connections tested against N = {self.baseline} of the baseline; "
            f"smallest reachable p = {self.smallest_p:.2g}; false discovery rate {fdr:.0%}."
        )


def calibrate(
    score: Floats, connection: Ints, baseline: Flags, scored: Flags, *, fdr: float = FDR, least: int = LEAST_BASELINE
) -> Calibration:
    """Compare the scored new connections with the baseline's.

    Args:
        score: Score per row.
        connection: Number of the (connection, day) a row belongs to; a connection counts once, by its best row.
        baseline: Rows of the null.
        scored: Rows to test.
        fdr: False discovery rate.
        least: Baseline connections below which no p-value is given.
    """
    null = np.sort(_best(score, connection, baseline)[1])
    count = len(null)
    numbers, best = _best(score, connection, scored)
    above = count - np.searchsorted(null, best, side="left")
    value = np.asarray((1.0 + above) / (1.0 + count), dtype=np.float64)
    smallest = 1.0 / (1.0 + count)
    fine = smallest <= fdr * DISCOVERIES / max(1, len(value))
    passed = benjamini_hochberg(value, fdr) if fine else np.zeros(len(value), dtype=bool)
    rows = np.flatnonzero(scored)
    place = np.searchsorted(numbers, connection[rows])
    p = np.full(len(score), np.nan)
    significant = np.zeros(len(score), dtype=bool)
    if len(rows) and count >= max(1, least):
        p[rows] = value[place]
        significant[rows] = passed[place]
    return Calibration(p, significant, count, len(numbers), smallest, least)


def benjamini_hochberg(p: Floats, fdr: float) -> Flags:
    """Mark the p-values that the Benjamini-Hochberg step-up rule accepts at a false discovery rate."""
    order = np.argsort(p, kind="stable")
    limit = fdr * np.arange(1, len(p) + 1) / max(1, len(p))
    passing = np.flatnonzero(p[order] <= limit)
    accepted = np.zeros(len(p), dtype=bool)
    if len(passing):
        accepted[order[: passing[-1] + 1]] = True
    return accepted


def _best(score: Floats, connection: Ints, rows: Flags) -> tuple[Ints, Floats]:
    numbers, place = np.unique(connection[rows], return_inverse=True)
    best = np.full(len(numbers), -np.inf)
    np.maximum.at(best, place, score[rows])
    return numbers, best
