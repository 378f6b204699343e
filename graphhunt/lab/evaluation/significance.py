"""What the detector's p-values are worth: on days without intruders, and with one to three intrusions among them."""

from __future__ import annotations

import numpy as np

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.hops import Hops
from graphhunt.lab.evaluation.metrics import Metrics
from graphhunt.lateral.detector.calibrate import benjamini_hochberg
from graphhunt.lateral.detector.findings import Findings
from graphhunt.lateral.paths.table import DAY, Flags, Floats

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


def realised_rates(benign: Floats, attacks: list[Floats]) -> Metrics:
    """Give the share of false discoveries that the rule really makes, with one to three attacks among benign hops.

    Args:
        benign: P-values of benign hops.
        attacks: P-values of each attack's hops.

    Returns:
        `fdr_realised_at_…`: mean share of false ones among what passes at that rate, 0 for a set where nothing does;
        `significant_at_5`: mean number that passes.
    """
    benign, attacks = benign[~np.isnan(benign)], [p[~np.isnan(p)] for p in attacks]
    if not len(benign) or not attacks:
        return {f"fdr_realised_at_{name}": float("nan") for name in RATES} | {"significant_at_5": float("nan")}
    rng = np.random.default_rng(0)
    false: dict[str, list[float]] = {name: [] for name in RATES}
    passed: list[int] = []
    for _ in range(SETS):
        chosen = rng.choice(len(attacks), min(len(attacks), int(rng.integers(1, 4))), replace=False)
        whole = np.concatenate([benign, *(attacks[i] for i in chosen)])
        for name, rate in RATES.items():
            accepted = benjamini_hochberg(whole, rate)
            wrong, count = int(accepted[: len(benign)].sum()), int(accepted.sum())
            false[name].append(wrong / count if count else 0.0)
            if name == "5":
                passed.append(count)
    result = {f"fdr_realised_at_{name}": float(np.mean(values)) for name, values in false.items()}
    return {**result, "significant_at_5": float(np.mean(passed))}


def significance(case: LabelledCase, hops: Hops, found: Findings, twin: Findings | None) -> Metrics:
    """Measure the p-values of a run on a case, its benign ones by the run on the benign twin.

    Args:
        case: The labelled case.
        hops: Its hops.
        found: The detector's result on it.
        twin: Its result on the same days without intruders; without it the case's own honest rows count, on days
            without an attack.
    """
    p = found.calibration.p
    honest = case.labels < 0
    if twin is not None:
        p = p.copy()
        p[honest] = twin.calibration.p
    benign = _least(hops, np.where(honest if twin is not None else _quiet(case), p, np.nan))
    attacked = _least(hops, np.where(honest, np.nan, p))
    numbers = np.unique(hops.attack[hops.attack >= 0])
    significant = 0 if twin is None else sum(finding.significant for finding in twin.findings)
    return {
        **benign_p(benign), **realised_rates(benign, [attacked[hops.attack == number] for number in numbers]),
        "benign_significant": float(significant) if twin is not None else float("nan"),
    }  # fmt: skip


def _quiet(case: LabelledCase) -> Flags:
    """Mark the rows of days without an attack."""
    day = case.table.t // DAY
    return ~np.isin(day, day[case.labels >= 0])


def _least(hops: Hops, p: Floats) -> Floats:
    """Give the least p-value of each hop, NaN where it has none."""
    least = np.full(len(hops), np.inf)
    rows = np.flatnonzero((hops.place >= 0) & ~np.isnan(p))
    np.minimum.at(least, hops.place[rows], p[rows])
    return np.where(np.isfinite(least), least, np.nan)


def _share(mark: Flags) -> float:
    return float(mark.mean()) if len(mark) else float("nan")
