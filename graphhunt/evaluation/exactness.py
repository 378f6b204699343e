"""How exactly the chains and paths retell the attacks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from graphhunt.analytics.lateral.findings import Findings
from graphhunt.evaluation.case import LabelledCase
from graphhunt.paths import find_paths
from graphhunt.paths.table import DAY, Ints

_PATHS = 200


def path_metrics(case: LabelledCase, found: Findings) -> dict[str, float]:
    """Compare findings and paths with the attacks' hops.

    Returns:
        `hop_recall`: share of attack logons shown in a finding; `path_exact`: share of attacks of two hops and
        more whose logons are all in one finding, with no hop left out; `hop_purity`: share of shown hops
        that belong to an attack, in findings that have one; `time_order_violations`: listed paths in which a
        hop starts before the one it follows.
    """
    shown = {row: finding.rank for finding in found.findings for hop in finding.hops for row in hop.rows}
    attacks = _rows_by_attack(case)
    hit = [sum(int(row) in shown for row in rows) for rows in attacks.values()]
    whole = sum(len(rows) for rows in attacks.values())
    long = [rows for rows in attacks.values() if len(rows) > 1]
    exact = sum(len({shown.get(int(row), -1 - int(row)) for row in rows}) == 1 for rows in long)
    return {
        "hop_recall": sum(hit) / whole if whole else float("nan"),
        "path_exact": exact / len(long) if long else float("nan"),
        "hop_purity": _purity(case, found),
        "time_order_violations": float(order_violations(case, found)),
    }


def order_violations(case: LabelledCase, found: Findings) -> int:
    """Count listed paths that break time order; checked on the logons themselves."""
    paths = find_paths(
        case.table,
        scores=np.where(case.tested, found.scores.signature, 0.0),
        since=case.since,
        k=_PATHS,
        max_dwell_us=DAY,
    )
    t, src, dst = case.table.t, case.table.src, case.table.dst
    return sum(
        any(
            t[one.rows[0]] >= t[two.rows[0]] or dst[one.rows[0]] != src[two.rows[0]] for one, two in pairwise(path.hops)
        )
        for path in paths.paths
    )


def _rows_by_attack(case: LabelledCase) -> dict[int, Ints]:
    rows = np.flatnonzero(case.tested & (case.labels >= 0))
    return {int(number): rows[case.labels[rows] == number] for number in np.unique(case.labels[rows])}


def _purity(case: LabelledCase, found: Findings) -> float:
    good, whole = 0, 0
    for finding in found.findings:
        marks = [bool((case.labels[list(hop.rows)] >= 0).any()) for hop in finding.hops]
        if any(marks):
            good, whole = good + sum(marks), whole + len(marks)
    return good / whole if whole else float("nan")
