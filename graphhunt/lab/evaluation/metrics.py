"""The protocol's measures of a ranking.

Budgets are averages: N alerts a day means the N x days highest-ranked alerts of the test period, as a fixed
threshold would give. An alert of a plain ranking is an (account, source, day). The detector's alert is a
chain: hops it links to an alert already given are shown with it and cost nothing more. `ungrouped_…` gives
the detector's numbers with plain alerts, and `grouped_…` a baseline's with chains.
"""

from __future__ import annotations

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lateral.detector.chains import walk_chains
from graphhunt.lateral.paths.table import HOUR, Flags, Floats, Ints

BUDGETS = (3, 5, 9, 20)
"""Alerts a day."""

WINDOW_RANKS = (3, 5, 10)
"""Ranks looked at per hour window."""

Metrics = dict[str, float]


def ranking_metrics(case: LabelledCase, score: Floats, *, chains: bool) -> Metrics:
    """Measure one score per row on a case.

    Args:
        case: The labelled case.
        score: Score per row, higher is more suspicious.
        chains: Group alerts into chains (the detector's own output).
    """
    detect = chain_detection if chains else unit_detection
    return detect(case, score) | window_recall(case, score) | order_metrics(case, score)


def unit_detection(case: LabelledCase, score: Floats) -> Metrics:
    """Share of attacks with at least one logon in an alert, by budget, an alert being (account, source, day)."""
    rows = np.flatnonzero(case.tested)
    units, place = np.unique(case.units()[rows], return_inverse=True)
    best = _best(score[rows], place, len(units))
    order = np.argsort(_tied(best), kind="stable")
    result: Metrics = {}
    for budget in BUDGETS:
        chosen = np.zeros(len(units), dtype=bool)
        chosen[order[: budget * case.days]] = True
        found = np.unique(case.labels[rows[chosen[place] & (case.labels[rows] >= 0)]])
        result[f"detected_at_{budget}_per_day"] = _share(len(found), case.attacks)
    first = np.flatnonzero(_any(case.labels[rows] >= 0, place, len(units))[order])
    result["first_true_rank"] = float(first[0] + 1) if len(first) else float("nan")
    return result


def chain_detection(case: LabelledCase, score: Floats) -> Metrics:
    """Share of attacks with a logon in one of the first chains, by budget; and how much those chains show.

    `shown_…` counts the (account, source, day) units in the chains given, `precision_…` their true share.
    """
    budgets = [budget * case.days for budget in BUDGETS]
    units, labels = case.units(), case.labels
    found: set[int] = set()
    shown: set[int] = set()
    true: set[int] = set()
    states: list[tuple[int, int, int]] = []
    first = float("nan")
    for row, chain, _ in walk_chains(case.table, score, case.tested):
        while len(states) < len(budgets) and chain.number >= budgets[len(states)]:
            states.append((len(found), len(shown), len(true)))
        if len(states) == len(budgets):
            break
        shown.add(int(units[row]))
        if labels[row] >= 0:
            found.add(int(labels[row]))
            true.add(int(units[row]))
            first = first if first == first else float(chain.number + 1)
    states += [(len(found), len(shown), len(true))] * (len(budgets) - len(states))
    result: Metrics = {"first_true_rank": first}
    for budget, (attacks, seen, hits) in zip(BUDGETS, states, strict=True):
        result[f"detected_at_{budget}_per_day"] = _share(attacks, case.attacks)
        result[f"shown_at_{budget}_per_day"] = float(seen)
        result[f"precision_at_{budget}_per_day"] = _share(hits, seen)
    return result


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


def by_cell(case: LabelledCase, score: Floats, budget: int = 9) -> dict[str, tuple[int, int]]:
    """Count attacks found and all attacks per cell (goal and stealth) at a budget of chains a day."""
    found: set[int] = set()
    for row, chain, _ in walk_chains(case.table, score, case.tested):
        if chain.number >= budget * case.days:
            break
        if case.labels[row] >= 0:
            found.add(int(case.labels[row]))
    cells: dict[str, tuple[int, int]] = {}
    for number, cell in enumerate(case.cells):
        hit, whole = cells.get(cell, (0, 0))
        cells[cell] = (hit + (number in found), whole + 1)
    return dict(sorted(cells.items()))


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


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
