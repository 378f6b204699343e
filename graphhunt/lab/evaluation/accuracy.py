"""How often what the detector says of an attack's logons is right: what led to them, and which technique they are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.joins import NOTHING_PROVED
from graphhunt.lab.evaluation.metrics import Metrics
from graphhunt.lateral.detector import Scores, Scoring
from graphhunt.lateral.detector.words import Narrator
from graphhunt.lateral.paths.table import DAY, Codes

UNSPECIFIC = frozenset({"T1021", "T1078"})
"""Ids that say no more than that somebody with an account came from elsewhere."""


def cause_metrics(case: LabelledCase, scores: Scores) -> Metrics:
    """Compare what led to the logons of attacks with the truth.

    Returns:
        `cause_accuracy_proved` and `cause_accuracy_inferred`: share of right ones among the proved causes, and among
        those that the detector infers where none is proved; `cause_proved`: share of logons whose cause is proved.
        A cause is right if it is the logon that led there, or another of the same account on the same way that day.
    """
    rows = np.array(sorted(row for row in case.truth.causes if case.tested[row]), dtype=np.int64)
    proved = np.full(len(case.table), NOTHING_PROVED) if case.proved is None else case.proved
    sure = proved[rows] != NOTHING_PROVED
    inferred = _inferred(case, scores)
    right = {
        name: [_same(case, int(said[row]), case.truth.causes[int(row)]) for row in rows[which]]
        for name, said, which in (("proved", proved, sure), ("inferred", inferred, ~sure))
    }
    result = {f"cause_accuracy_{name}": _mean(values) for name, values in right.items()}
    return {**result, "cause_proved": _mean(sure.tolist())}


def _inferred(case: LabelledCase, scores: Scores) -> Codes:
    """Give the remote logon that the detector takes for the cause of each row; -1 where it takes none."""
    before = scores.causes.inbound.before
    return np.where((before >= 0) & case.tested[np.maximum(before, 0)], before, -1)


def _same(case: LabelledCase, said: int, true: int) -> bool:
    if said < 0 or true < 0:
        return (said < 0) == (true < 0)
    table = case.table
    ends = [(table.acct[row], table.src[row], table.dst[row], table.t[row] // DAY) for row in (said, true)]
    return bool(ends[0] == ends[1])


def technique_metrics(case: LabelledCase, scoring: Scoring) -> Metrics:
    """Compare the techniques that are said of the logons of attacks with the truth.

    Returns:
        `technique_right`, `technique_wrong` and `technique_missing`: counts of logons; one is wrong as soon as any id
        that is said of it is. `technique_accuracy`: right ones among all, wrong ones counted twice.
    """
    told = technique_table(case, scoring).values()
    count = {verdict: sum(each[verdict] for each in told) for verdict in ("right", "wrong", "missing")}
    whole = count["right"] + 2 * count["wrong"] + count["missing"]
    result = {f"technique_{verdict}": float(number) for verdict, number in count.items()}
    return {**result, "technique_accuracy": count["right"] / whole if whole else float("nan")}


def technique_table(case: LabelledCase, scoring: Scoring) -> dict[str, dict[str, int]]:
    """Count right, wrong and missing techniques of the logons of attacks by what they truly are."""
    narrator = Narrator.of(case.table, scoring.scores, scoring.classed)
    table: dict[str, dict[str, int]] = {}
    for row, right in sorted(case.truth.techniques.items()):
        if right and case.tested[row]:
            counts = table.setdefault(", ".join(right), {"right": 0, "wrong": 0, "missing": 0})
            counts[judged(narrator.technique_ids(row), right)] += 1
    return dict(sorted(table.items()))


def judged(said: Sequence[str], right: Sequence[str]) -> str:
    """Judge what is said of a logon: `right`, `wrong`, or `missing` where nothing specific is."""
    specific = set(said) - UNSPECIFIC
    if not specific:
        return "missing"
    return "right" if specific <= set(right) else "wrong"


def _mean(values: Sequence[bool]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
