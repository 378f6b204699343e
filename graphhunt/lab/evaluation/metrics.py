"""The protocol's measures of a ranking, in what an analyst reads.

A unit is one account from one source on one day. A budget of b units a day means the first b x days units of the test
period, as a fixed threshold would give; opening an incident costs its units, at most ten. Every attack is measured
alone against the benign days (see `outcome`). Measures of the order of rows stand beside.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.closure import Closure
from graphhunt.lab.evaluation.outcome import Outcome
from graphhunt.lateral.paths.table import HOUR, Flags, Floats, Ints

BUDGETS = (3, 5, 9, 20)
"""Units a day."""

DEFAULT_BUDGET = 9
"""Units a day that are shown where nothing else is asked."""

HALF, MOST = 0.5, 0.75
"""Shares of an attack, or of an incident, that are counted apart."""

ROUNDS = 500
"""How often attacks are drawn for an interval."""

WINDOW_RANKS = (3, 5, 10)
"""Ranks looked at per hour window."""

Metrics = dict[str, float]


def shown_metrics(found: Sequence[Outcome], days: int) -> Metrics:
    """Measure what is shown of the attacks of a case in units read.

    Args:
        found: What became of each attack.
        days: Days of the test period.

    Returns:
        `incident_recall_at_…` and `lead_recall_at_…`: share of the attacks whose best incident, or best unit, comes
        within so many units a day; `coverage` and `purity` of the best incidents of attacks found at the default
        budget, their means and the shares at or above a half and three quarters; `fragments`: incidents per attack
        that has any; `units_to_first_true`: units read before the first true one is known, its median and 90 %.
    """
    result: Metrics = {}
    for budget in BUDGETS:
        result[f"incident_recall_at_{budget}"] = _mean([each.read <= budget * days for each in found])
        result[f"lead_recall_at_{budget}"] = _mean([each.lead <= budget * days for each in found])
    told = [each for each in found if each.read <= DEFAULT_BUDGET * days]
    for name in ("coverage", "purity"):
        values = [getattr(each, name) for each in told]
        result[name] = _mean(values)
        result[f"{name}_half"] = _mean([value >= HALF for value in values])
        result[f"{name}_most"] = _mean([value >= MOST for value in values])
    result["fragments"] = _mean([each.fragments for each in found if each.fragments])
    first = [each.first for each in found]
    result["units_to_first_true"] = float(np.median(first)) if first else float("nan")
    result["units_to_first_true_p90"] = float(np.quantile(first, 0.9)) if first else float("nan")
    return result


def recalls(found: Sequence[Outcome], days: int) -> Metrics:
    """Give the recalls alone: what is compared with the baselines."""
    return {name: value for name, value in shown_metrics(found, days).items() if "_recall_at_" in name}


def noise_metrics(closure: Closure, days: int) -> Metrics:
    """Count the incidents of a benign day above the least score of a lead, and their units as far as they are read."""
    count = len(closure.benign)
    return {
        "benign_incidents_a_day": _share(count, days),
        "benign_units_a_day": _share(closure.listed, days),
    }


def intervals(found: Sequence[Outcome], days: int, *, rounds: int = ROUNDS) -> dict[str, list[float]]:
    """Give the 95 % bootstrap intervals of what `shown_metrics` gives, by drawing attacks anew.

    Args:
        found: What became of each attack; of several cases their lists can be put together.
        days: Days of the test period.
        rounds: How often attacks are drawn.
    """
    if not found:
        return {}
    rng = np.random.default_rng(0)
    drawn = [shown_metrics([found[i] for i in rng.integers(0, len(found), len(found))], days) for _ in range(rounds)]
    return {name: _middle([one[name] for one in drawn]) for name in drawn[0]}


def _middle(values: list[float]) -> list[float]:
    known = [value for value in values if value == value]
    if not known:
        return [float("nan")] * 2
    low, high = np.quantile(known, (0.025, 0.975))
    return [float(low), float(high)]


def by_cell(case: LabelledCase, found: Sequence[Outcome]) -> dict[str, tuple[int, int]]:
    """Count attacks found at the default budget, and all, per cell (goal and stealth)."""
    cells: dict[str, tuple[int, int]] = {}
    for each in found:
        if each.attack < len(case.cells):
            hit, whole = cells.get(case.cells[each.attack], (0, 0))
            cells[case.cells[each.attack]] = (hit + (each.read <= DEFAULT_BUDGET * case.days), whole + 1)
    return dict(sorted(cells.items()))


def window_recall(case: LabelledCase, score: Floats) -> Metrics:
    """Recall of distinct malicious connections among the top ranks of each hour."""
    rows = np.flatnonzero(case.tested)
    hour = case.table.t[rows] // HOUR
    key, place = np.unique(np.column_stack((hour, case.connections()[rows])), axis=0, return_inverse=True)
    place = place.ravel()
    best = _best(score[rows], place, len(key))
    bad = _any(case.labels[rows] >= 0, place, len(key))
    order = np.lexsort((_shuffle(len(key)), -best, key[:, 0]))
    windows = key[order, 0]
    starts = np.flatnonzero(np.diff(windows, prepend=-1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order))))
    return {f"rec_at_{k}": _share(int(bad[order][rank < k].sum()), int(bad.sum())) for k in WINDOW_RANKS}


def order_metrics(case: LabelledCase, score: Floats) -> Metrics:
    """Average precision and AUC over alerts, connections and events; precision at 100 and recall in 500."""
    rows = np.flatnonzero(case.tested)
    bad = case.labels[rows] >= 0
    result: Metrics = {}
    for name, key in (("", case.units()), ("_connections", case.connections())):
        numbers, place = np.unique(key[rows], return_inverse=True)
        best, wrong = _best(score[rows], place, len(numbers)), _any(bad, place, len(numbers))
        result |= _curve(best, wrong, name)
        if name:
            hits = wrong[np.argsort(_tied(best), kind="stable")]
            result["precision_at_100"] = float(hits[:100].mean()) if len(hits) else float("nan")
            result["recall_in_500"] = _share(int(hits[:500].sum()), int(wrong.sum()))
    return result | _curve(score[rows], bad, "_events")


def _curve(score: Floats, bad: Flags, name: str) -> Metrics:
    if not bad.any() or bad.all():
        return {f"ap{name}": float("nan"), f"auc{name}": float("nan")}
    return {
        f"ap{name}": float(average_precision_score(bad, score)),
        f"auc{name}": float(roc_auc_score(bad, score)),
    }


def _best(score: Floats, place: Ints, size: int) -> Floats:
    best = np.full(size, -np.inf)
    np.maximum.at(best, place, score)
    return best


def _any(mark: Flags, place: Ints, size: int) -> Flags:
    result = np.zeros(size, dtype=bool)
    result[place[mark]] = True
    return result


def _shuffle(size: int) -> Ints:
    """Fixed random order for ties, so that a detector with few distinct scores gains nothing from row order."""
    return np.random.default_rng(0).permutation(size)


def _tied(score: Floats) -> Ints:
    """Give each element its place by falling score, ties in a fixed random order."""
    order = np.lexsort((_shuffle(len(score)), -score))
    place = np.empty(len(score), dtype=np.int64)
    place[order] = np.arange(len(score))
    return place


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
