"""What a score means: conformal p-values of units, from the same history on both sides, and the false discovery rate.

A unit is an account from a source on a day, with the highest score of its hops: what one has to read once. Every unit,
of the null or tested, is scored with exactly `WINDOW` days of history, because a window that is still filling makes
equal behaviour score lower. The null of a day are the units of the `NULL_DAYS` days before it, so that slow change is
followed. `p = (1 + #{null: score >= observed}) / (1 + N)` can't be smaller than 1 / (1 + N); N is always told. The
Benjamini-Hochberg rule over a day's units decides what is significant. Days share the false discovery rate, as LOND
does (Javanmard and Montanari 2018): every day by itself would have it anew, so that a fortnight without an intrusion
made a false discovery more often than not. A second p-value, among units of the same kind of account and source, is
shown beside the first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, lgamma, log

import numpy as np

from graphhunt.lateral.paths.table import DAY, Flags, Floats, Ints
from graphhunt.times import iso

FDR = 0.05
"""Share of false findings accepted among the significant ones."""

WINDOW = 14
"""Days of history of every unit."""

NULL_DAYS = 15
"""Days before the one tested whose units are compared with."""

LEAST_NULL = 1_000
"""Units of the null below which no p-value is given."""

DISCOVERIES = 10
"""Units that must be able to pass together before one of them is called significant."""

DRIFT_DAYS, DRIFT_P = 7, 0.001
"""Days over which small p-values are counted, and how improbable their number may be before calibration is broken."""

EXTREME = 0.005
"""P-values up to which a unit may be an intrusion, which is no drift: that moves the whole tail."""

DIFFERS = 3.0
"""How many times the two p-values may differ before that is told."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """P-values of the scored rows.

    Attributes:
        p: P-value of the unit each row belongs to; NaN for rows that were not tested.
        kind_p: The same among units of the same kind of account and source; NaN where there are too few.
        significant: Rows of units that pass Benjamini-Hochberg on their day.
        null: Least and most units compared with on a day (N).
        tested: Number of units tested.
        broken: Day number since which p-values are not as they should be; None if they are.
        least: Units of the null it takes.
    """

    p: Floats
    kind_p: Floats
    significant: Flags
    null: tuple[int, int] = (0, 0)
    tested: int = 0
    broken: int | None = None
    least: int = LEAST_NULL

    @classmethod
    def none(cls, rows: int) -> Calibration:
        """Give the calibration of a case without a baseline."""
        return cls(np.full(rows, np.nan), np.full(rows, np.nan), np.zeros(rows, dtype=bool))

    def words(self, fdr: float = FDR) -> str:
        """Say what p-values rest on, or why there are none."""
        if not self.tested:
            return (
                f"No p-values: the days before hold at most {self.null[1]:,} units with {WINDOW} days of history, "
                f"and it takes {self.least:,}."
            )
        if self.broken is not None:
            since = str(iso(self.broken * DAY))[:10]
            return f"Calibration broken since {since}: p-values are left out from then on."
        least = 1.0 / (1.0 + self.null[1])
        passed = "" if self.significant.any() else f" No unit passes {fdr:.0%}."
        return (
            f"{self.tested:,} units tested, each against N = {self.null[0]:,} to {self.null[1]:,} of the "
            f"{NULL_DAYS} days before it; smallest reachable p = {least:.2g}; false discovery rate {fdr:.0%}.{passed}"
        )


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a table: per unit its day, highest score and kind; `of_row` gives the unit of each row, -1 none."""

    day: Ints
    score: Floats
    kind: Ints
    of_row: Ints

    @classmethod
    def of(cls, key: Ints, day: Ints, score: Floats, kind: Ints, rows: Flags) -> Units:
        """Fold rows into units.

        Args:
            key: Number of the account and source of each row.
            day: Day number of each row.
            score: Score of each row.
            kind: Kind of account and source of each row; that of the unit's strongest row counts.
            rows: Rows that belong to a unit.
        """
        kept = np.flatnonzero(rows)
        # One number of key and day: pairs take ten times as long to sort.
        span = int(key[kept].max(initial=0)) + 1
        _, place = np.unique(day[kept] * span + key[kept], return_inverse=True)
        place = place.ravel()
        order = np.lexsort((-score[kept], place))
        best = kept[order[np.flatnonzero(np.diff(place[order], prepend=-1))]]
        of_row = np.full(len(day), -1, dtype=np.int64)
        of_row[kept] = place
        return cls(day[best], score[best], kind[best], of_row)


@dataclass(slots=True)
class _Days:
    """P-values filled day by day."""

    units: Units
    usable: Flags
    least: int
    fdr: float
    p: Floats = field(init=False)
    kind_p: Floats = field(init=False)
    passed: Flags = field(init=False)
    sizes: list[int] = field(default_factory=list)
    most: int = 0

    def __post_init__(self) -> None:
        number = len(self.units.day)
        self.p, self.kind_p, self.passed = np.full(number, np.nan), np.full(number, np.nan), np.zeros(number, bool)

    def test(self, day: int) -> None:
        """Give the units of a day their p-values."""
        units = self.units
        before = self.usable & (units.day >= day - NULL_DAYS) & (units.day < day)
        today = np.flatnonzero(self.usable & (units.day == day))
        count = int(before.sum())
        self.most = max(self.most, count)
        if count < max(1, self.least) or not len(today):
            return
        self.sizes.append(count)
        self.p[today] = conformal(units.score[before], units.score[today])
        for kind in np.unique(units.kind[today]).tolist():
            alike, own = before & (units.kind == kind), today[units.kind[today] == kind]
            if alike.any():
                self.kind_p[own] = conformal(units.score[alike], units.score[own])
        recent = self.passed & (units.day > day - NULL_DAYS)
        level = share_of(self.fdr, int(recent.sum()))
        if 1.0 / (1.0 + count) <= level * DISCOVERIES / len(today):
            self.passed[today] = benjamini_hochberg(self.p[today], level)


def calibrate(units: Units, days: Ints, first: int, *, fdr: float = FDR, least: int = LEAST_NULL) -> Calibration:
    """Compare the units of each day with those of the days before it.

    Args:
        units: All units, scored with `WINDOW` days of history.
        days: Days to test, rising.
        first: First day of the case; units with less history than the window belong to neither side.
        fdr: False discovery rate.
        least: Units of the null below which no p-value is given.
    """
    filled = _Days(units, units.day >= first + WINDOW, least, fdr)
    for day in days.tolist():
        filled.test(day)
    broken = drift(units.day, filled.p)
    if broken is not None:
        late = units.day >= broken
        filled.p[late], filled.kind_p[late], filled.passed[late] = np.nan, np.nan, False
    known = np.flatnonzero(units.of_row >= 0)
    p, kind_p = np.full(len(units.of_row), np.nan), np.full(len(units.of_row), np.nan)
    significant = np.zeros(len(units.of_row), dtype=bool)
    unit = units.of_row[known]
    p[known], kind_p[known], significant[known] = filled.p[unit], filled.kind_p[unit], filled.passed[unit]
    sizes = (min(filled.sizes, default=0), filled.most)
    tested = int(np.isin(units.day, days)[filled.usable].sum()) if filled.sizes else 0
    return Calibration(p, kind_p, significant, sizes, tested, broken, least)


def differ(p: float, kind_p: float) -> bool:
    """Tell whether the two p-values differ so far that the pooled one may mislead."""
    known = not (np.isnan(p) or np.isnan(kind_p))
    return bool(known and max(p, kind_p) > DIFFERS * min(p, kind_p))


def conformal(null: Floats, observed: Floats) -> Floats:
    """Give `(1 + #{null >= observed}) / (1 + N)` for each observed score."""
    ordered = np.sort(null)
    above = len(ordered) - np.searchsorted(ordered, observed, side="left")
    return np.asarray((1.0 + above) / (1.0 + len(ordered)), dtype=np.float64)


def share_of(fdr: float, discoveries: int) -> float:
    """Give a day's share of the false discovery rate: as many shares as there are days, and one more per discovery.

    Args:
        fdr: False discovery rate over `NULL_DAYS` days.
        discoveries: Those of the days before, within `NULL_DAYS`.
    """
    return min(fdr, fdr * (1 + discoveries) / NULL_DAYS)


def benjamini_hochberg(p: Floats, fdr: float) -> Flags:
    """Mark the p-values that the Benjamini-Hochberg step-up rule accepts at a false discovery rate."""
    order = np.argsort(p, kind="stable")
    limit = fdr * np.arange(1, len(p) + 1) / max(1, len(p))
    passing = np.flatnonzero(p[order] <= limit)
    accepted = np.zeros(len(p), dtype=bool)
    if len(passing):
        accepted[order[: passing[-1] + 1]] = True
    return accepted


def drift(day: Ints, p: Floats, *, level: float = FDR) -> int | None:
    """Give the first day on which small p-values of the days up to it are too many; None if there is none.

    It takes all of those days: what one day is like tells of the day and not yet of the calibration. P-values up to
    `EXTREME` are left out on both sides.

    Args:
        day: Day number per unit.
        p: P-value per unit, NaN where it was not tested.
        level: What a small p-value is.
    """
    tested = p > EXTREME
    share = (level - EXTREME) / (1.0 - EXTREME)
    for last in np.unique(day[tested])[DRIFT_DAYS - 1 :].tolist():
        inside = tested & (day > last - DRIFT_DAYS) & (day <= last)
        if at_least(int((p[inside] <= level).sum()), int(inside.sum()), share) < DRIFT_P:
            return int(last)
    return None


def at_least(hits: int, trials: int, share: float) -> float:
    """Give the probability of so many hits or more in independent trials."""
    if hits <= trials * share:
        return 1.0
    total = 0.0
    for number in range(hits, trials + 1):
        ways = lgamma(trials + 1) - lgamma(number + 1) - lgamma(trials - number + 1)
        term = exp(ways + number * log(share) + (trials - number) * log(1.0 - share))
        total += term
        if term < 1e-12 * total:
            break
    return min(1.0, total)
