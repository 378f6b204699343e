"""Looks for shortcuts: simple rules that tell a generated set's intruders from its honest people.

A detector that scores well on a set with a shortcut has learnt the generator and nothing else.  So a tree and
single features are fitted on some seeds and tried on another, and must not do better than the limits allow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.metrics import average_precision_score

from graphhunt.lab.evaluation.audit_features import features_of
from graphhunt.lab.evaluation.audit_rules import Rule, strongest_rule
from graphhunt.lab.evaluation.audit_shortcuts import PAST_SHORTCUTS, accesses_to_lsass
from graphhunt.lab.evaluation.tree import tree_score
from graphhunt.lab.generator import EvalSet
from graphhunt.lateral.paths.table import DAY, Flags, Floats, Ints

LEVELS = ("rows", "units")
"""A unit is what an analyst reads: an account at a source on a day."""

_HANDFUL = 5


@dataclass(frozen=True, slots=True)
class Limits:
    """How well simple means may do.

    Attributes:
        lift: A single feature's average precision by the share of intruders' rows.
        precision: Of a rule of three conditions that finds at least `recall` of the intruders' rows.
        recall: See `precision`.
        dropped: Share of its average precision that the tree may lose with any one feature.
        ahead: How far the tree may be ahead of a detector: in average precision, and in recall at nine units a day.
    """

    lift: float = 10.0
    precision: float = 0.5
    recall: float = 0.1
    dropped: float = 0.3
    ahead: float = 0.1


@dataclass(frozen=True, slots=True)
class Examined:
    """A set as the audit sees it: the tested rows, their features, what is an intruder's, and their units."""

    made: EvalSet
    rows: Ints
    names: tuple[str, ...]
    values: Floats
    bad: Flags
    unit: Ints

    @property
    def days(self) -> int:
        """Days of the test period."""
        return (self.made.end - self.made.history_end) // DAY


@dataclass(frozen=True, slots=True)
class Failure:
    """A shortcut: what it is, how strong, the limit, and rows of both sides to look at."""

    what: str
    level: str
    value: float
    limit: float
    rows: str

    def __str__(self) -> str:
        """Say what it is, with the rows below."""
        return f"{self.what} ({self.level}): {self.value:.2f}, at most {self.limit:.2f}\n{self.rows}"


@dataclass(slots=True)
class Report:
    """What an audit measured, by name, and what exceeds its limit."""

    figures: dict[str, float] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)


def examine(made: EvalSet) -> Examined:
    """Take the rows of the test period that could be a hop: successful ones between two machines that are named."""
    logons = made.logons
    src, dst = logons["src"].to_numpy(), logons["dst"].to_numpy()
    tested = (logons["t"].to_numpy() >= made.history_end) & (src >= 0) & (src != dst) & (logons["ok"].to_numpy() == 1)
    rows = np.flatnonzero(tested)
    features = features_of(made)
    values = np.column_stack([column[rows] for column in features.values()])
    day = logons["t"].to_numpy()[rows] // DAY
    key = np.column_stack((logons["acct"].to_numpy()[rows], src[rows], day))
    unit = np.unique(key, axis=0, return_inverse=True)[1].ravel()
    return Examined(made, rows, tuple(features), values, made.labels[rows] >= 0, unit)


def audit(
    training: Sequence[Examined], tested: Examined, detector: Floats | None = None, limits: Limits | None = None
) -> Report:
    """Measure every shortcut on rows and on units (account, source and day).

    Args:
        training: Sets of other seeds, to fit the tree and to find the rule on.
        tested: The set judged.
        detector: A detector's score per row of the set's logons, which the tree must not leave behind.
        limits: What is allowed.
    """
    limits = limits or Limits()
    report = simple_rules(tested, limits)
    values = np.concatenate([part.values for part in training])
    bad = np.concatenate([part.bad for part in training])
    _rule(report, strongest_rule(values, bad, limits.recall), tested, limits)
    score = _tree(report, (values, bad), tested, limits)
    if detector is not None:
        behind(report, tested, (score, detector[tested.rows]), limits)
    return report


def simple_rules(tested: Examined, limits: Limits) -> Report:
    """Measure what needs no fitting: single features, and the rules that were shortcuts once."""
    report = Report()
    for level in LEVELS:
        _single_features(report, tested, level, limits)
    _past_shortcuts(report, tested, limits)
    return report


def _single_features(report: Report, tested: Examined, level: str, limits: Limits) -> None:
    for column, name in enumerate(tested.names):
        value = tested.values[:, column]
        lifts = [_lift(tested, sign * value, level) for sign in (1.0, -1.0)]
        report.figures[f"lift, {level}, {name}"] = max(lifts)
        if max(lifts) > limits.lift:
            sign = 1.0 if lifts[0] > lifts[1] else -1.0
            rows = shown(tested, np.argsort(-sign * value, kind="stable"))
            report.failures.append(Failure(f"the feature '{name}'", level, max(lifts), limits.lift, rows))


def _lift(tested: Examined, score: Floats, level: str) -> float:
    score, bad = levelled(tested, score, level)
    return float(average_precision_score(bad, score)) / max(float(bad.mean()), 1e-9)


def levelled(tested: Examined, score: Floats, level: str) -> tuple[Floats, Flags]:
    """Give scores and truth of rows, or of units by their highest row."""
    if level == "rows":
        return score, tested.bad
    size = int(tested.unit.max()) + 1
    best, bad = np.full(size, -np.inf), np.zeros(size, dtype=bool)
    np.maximum.at(best, tested.unit, score)
    bad[tested.unit[tested.bad]] = True
    return best, bad


def _rule(report: Report, rule: Rule, tested: Examined, limits: Limits) -> None:
    for level in LEVELS:
        hit, bad = levelled(tested, rule.hits(tested.values).astype(np.float64), level)
        found = hit > 0
        precision = float(bad[found].mean()) if found.any() else 0.0
        recall = float(found[bad].mean()) if bad.any() else 0.0
        report.figures |= {f"rule, {level}, precision": precision, f"rule, {level}, recall": recall}
        if precision > limits.precision and recall >= limits.recall:
            order = np.argsort(~rule.hits(tested.values), kind="stable")
            what = f"the rule {rule.words(tested.names)}"
            report.failures.append(Failure(what, level, precision, limits.precision, shown(tested, order)))


def _past_shortcuts(report: Report, tested: Examined, limits: Limits) -> None:
    """Try the rules that were shortcuts once; one that marks a handful of intruders must mark as many honest rows."""
    for name, marks in PAST_SHORTCUTS.items():
        mask = marks(lambda wanted: tested.values[:, tested.names.index(wanted)])
        for level in LEVELS:
            hit, bad = levelled(tested, mask.astype(np.float64), level)
            true, honest = int((bad & (hit > 0)).sum()), int((~bad & (hit > 0)).sum())
            rows = shown(tested, np.argsort(~mask, kind="stable"))
            _past(report, (name, level, rows), (true, honest), limits)
    _past(report, ("LSASS opened to read its memory", "events", ""), accesses_to_lsass(tested.made), limits)


def _past(report: Report, rule: tuple[str, str, str], marked: tuple[int, int], limits: Limits) -> None:
    name, level, rows = rule
    share = marked[0] / max(1, sum(marked))
    report.figures[f"past, {level}, {name}"] = share
    if marked[0] >= _HANDFUL and share > limits.precision:
        report.failures.append(Failure(f"the old shortcut '{name}'", level, share, limits.precision, rows))


def behind(report: Report, tested: Examined, scores: tuple[Floats, Floats], limits: Limits) -> None:
    """Compare the scores of tree and detector, by tested row, on units."""
    (tree, bad), (own, _) = (levelled(tested, score, "units") for score in scores)
    gaps = {
        "AP": float(average_precision_score(bad, tree) - average_precision_score(bad, own)),
        "recall at 9": alone_recall(tested, scores[0], 9) - alone_recall(tested, scores[1], 9),
    }
    for name, gap in gaps.items():
        report.figures[f"tree ahead of the detector, units, {name}"] = gap
        if gap > limits.ahead:
            rows = shown(tested, np.argsort(-scores[0], kind="stable"))
            report.failures.append(Failure(f"the tree beside the detector, {name}", "units", gap, limits.ahead, rows))


def _tree(report: Report, training: tuple[Floats, Flags], tested: Examined, limits: Limits) -> Floats:
    score = tree_score(training, tested.values)
    whole: dict[str, float] = {}
    for level in LEVELS:
        best, bad = levelled(tested, score, level)
        whole[level] = float(average_precision_score(bad, best))
        report.figures[f"tree, {level}, AP"] = whole[level]
        report.figures[f"tree, {level}, P@100"] = float(bad[np.argsort(-best, kind="stable")[:100]].mean())
    for budget in (3, 9, 20):
        report.figures[f"tree, attacks alone at {budget} units a day"] = alone_recall(tested, score, budget)
    for column, name in enumerate(tested.names):
        _dropped(report, training, (tested, column, name), whole, limits)
    return score


def _dropped(
    report: Report,
    training: tuple[Floats, Flags],
    left_out: tuple[Examined, int, str],
    whole: dict[str, float],
    limits: Limits,
) -> None:
    tested, column, name = left_out
    others = np.arange(len(tested.names)) != column
    score = tree_score((training[0][:, others], training[1]), tested.values[:, others])
    for level in LEVELS:
        best, bad = levelled(tested, score, level)
        loss = 1.0 - float(average_precision_score(bad, best)) / max(whole[level], 1e-9)
        report.figures[f"tree without, {level}, {name}"] = loss
        if loss > limits.dropped:
            rows = shown(tested, np.argsort(-score, kind="stable"))
            report.failures.append(Failure(f"the tree without '{name}'", level, loss, limits.dropped, rows))


def alone_recall(tested: Examined, score: Floats, budget: int) -> float:
    """Give the share of attacks that come, each ranked alone among the honest units, within a daily budget."""
    best, bad = levelled(tested, score, "units")
    honest = np.sort(best[~bad])[::-1]
    place = min(budget * tested.days, len(honest)) - 1
    labels = tested.made.labels[tested.rows]
    top = [score[labels == number].max() for number in np.unique(labels[labels >= 0])]
    return float(np.mean(np.array(top) > honest[place])) if top else float("nan")


def shown(tested: Examined, order: Ints, most: int = 10) -> str:
    """Print the first rows of both sides in an order, with their features."""
    lines = []
    for side, mark in (("intruders", True), ("honest", False)):
        chosen = [place for place in order.tolist() if tested.bad[place] == mark][:most]
        lines.append(f"{side}:")
        for place in chosen:
            row = tested.made.logons.row(int(tested.rows[place]), named=True)
            values = " ".join(f"{name}={tested.values[place, at]:g}" for at, name in enumerate(tested.names))
            lines.append(f"  t={row['t']} acct={row['acct']} {row['src']}>{row['dst']} {values}")
    return "\n".join(lines)
