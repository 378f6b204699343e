"""What the detector's p-values are worth: on days without intruders, and with one to three intrusions among them."""

from __future__ import annotations

import numpy as np

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.hops import Hops
from graphhunt.lab.evaluation.metrics import Metrics
from graphhunt.lateral.detector.calibrate import NULL_DAYS, benjamini_hochberg, share_of
from graphhunt.lateral.detector.findings import Findings
from graphhunt.lateral.paths.table import DAY, Flags, Floats, Ints

LEVELS = {"05": 0.05, "01": 0.01, "001": 0.001}
"""Levels at which benign p-values are counted."""

RATES = {"1": 0.01, "5": 0.05, "10": 0.10}
"""False discovery rates that are asked for."""

SETS = 200
"""Sets that are drawn, each of one to three attacks."""


def benign_p(p: Floats) -> Metrics:
    """Give the share of benign p-values at or below each level; a calibrated test gives the level itself."""
    known = p[~np.isnan(p)]
    return {f"benign_p_below_{name}": _share(known <= level) for name, level in LEVELS.items()}


def realised_rates(p: Floats, day: Ints, attack: Ints) -> Metrics:
    """Give the share of false discoveries that the rule really makes, with one to three attacks among benign units.

    Args:
        p: P-values of units.
        day: Their days; the rule decides over the units of a day.
        attack: Number of the attack that each belongs to, -1 for benign ones.

    Returns:
        `fdr_realised_at_…`: mean share of false ones among what passes at that rate, 0 for a set where nothing does;
        `significant_at_5`: mean number of units that pass.
    """
    tested = ~np.isnan(p)
    p, day, attack = p[tested], day[tested], attack[tested]
    numbers = np.unique(attack[attack >= 0])
    if not len(numbers) or not (attack < 0).any():
        return {f"fdr_realised_at_{name}": float("nan") for name in RATES} | {"significant_at_5": float("nan")}
    rng = np.random.default_rng(0)
    shares: dict[str, list[float]] = {name: [] for name in RATES}
    passed: list[int] = []
    for _ in range(SETS):
        chosen = rng.choice(numbers, min(len(numbers), int(rng.integers(1, 4))), replace=False)
        there = (attack < 0) | np.isin(attack, chosen)
        for name, rate in RATES.items():
            accepted = _accepted(p[there], day[there], rate)
            count = int(accepted.sum())
            shares[name].append(int((accepted & (attack[there] < 0)).sum()) / count if count else 0.0)
            if name == "5":
                passed.append(count)
    result = {f"fdr_realised_at_{name}": float(np.mean(values)) for name, values in shares.items()}
    return {**result, "significant_at_5": float(np.mean(passed))}


def _accepted(p: Floats, day: Ints, rate: float) -> Flags:
    """Mark what the rule accepts among the units of each day, by the day's share of the rate."""
    accepted = np.zeros(len(p), dtype=bool)
    # A day whose least p is above the rate can't have a discovery.
    for one in np.unique(day[p <= rate]):
        there = day == one
        before = accepted & (day > one - NULL_DAYS) & (day < one)
        accepted[there] = benjamini_hochberg(p[there], share_of(rate, int(before.sum())))
    return accepted


def significance(case: LabelledCase, hops: Hops, found: Findings, twin: Findings | None) -> Metrics:
    """Measure the p-values of a run on a case, its benign ones by the run on the benign twin.

    Args:
        case: The labelled case.
        hops: Its hops.
        found: The detector's result on it.
        twin: Its result on the same days without intruders; without it the case's own honest rows count, on days
            without an attack.
    """
    p = found.calibration.p.copy()
    honest = case.labels < 0
    if twin is not None:
        p[honest] = twin.calibration.p
    benign = _least(hops, np.where(honest if twin is not None else _quiet(case), p, np.nan))
    attacked = _least(hops, np.where(honest, np.nan, p))
    day, attack = _of_units(hops, hops.t // DAY), _of_units(hops, hops.attack.astype(np.int64))
    significant = float("nan") if twin is None else float(sum(finding.significant for finding in twin.findings))
    rates = realised_rates(
        np.concatenate([benign, attacked]), np.tile(day, 2), np.concatenate([np.full(len(benign), -1), attack])
    )
    return {**benign_p(benign), **rates, "benign_significant": significant}


def _quiet(case: LabelledCase) -> Flags:
    """Mark the rows of days without an attack."""
    day = case.table.t // DAY
    return ~np.isin(day, day[case.labels >= 0])


def _least(hops: Hops, p: Floats) -> Floats:
    """Give the p-value of each unit, NaN where it has none."""
    least = np.full(int(hops.unit.max(initial=-1)) + 1, np.inf)
    rows = np.flatnonzero((hops.place >= 0) & ~np.isnan(p))
    np.minimum.at(least, hops.unit[hops.place[rows]], p[rows])
    return np.where(np.isfinite(least), least, np.nan)


def _of_units(hops: Hops, value: Ints) -> Ints:
    """Give the highest value among the hops of each unit."""
    highest = np.full(int(hops.unit.max(initial=-1)) + 1, -1, dtype=np.int64)
    np.maximum.at(highest, hops.unit, value)
    return highest


def _share(mark: Flags) -> float:
    return float(mark.mean()) if len(mark) else float("nan")
