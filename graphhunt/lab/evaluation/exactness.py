"""How exactly the chains and paths retell the attacks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lateral.detector.findings import Findings
from graphhunt.lateral.paths import find_paths
from graphhunt.lateral.paths.table import DAY, Ints

_PATHS = 200


def path_metrics(case: LabelledCase, found: Findings) -> dict[str, float]:
    """Compare findings and paths with the attacks' hops.

    Returns:
        `hop_recall`: share of attack logons shown in a finding; `path_whole`: share of attacks of two hops and
        more whose logons are all in one finding; `path_exact`: the same with nothing else in that finding;
        `hop_purity`: share of shown hops that belong to an attack, in findings that have one;
        `time_order_violations`: listed paths in which a hop starts before the one it follows.
    """
    shown = [{row for hop in finding.hops for row in hop.rows} for finding in found.findings]
    anywhere: set[int] = set().union(*shown)
    attacks = [set(rows.tolist()) for rows in _rows_by_attack(case).values()]
    whole = sum(len(rows) for rows in attacks)
    long = [rows for rows in attacks if len(rows) > 1]
    return {
        "hop_recall": _share(sum(len(rows & anywhere) for rows in attacks), whole),
        "path_whole": _share(sum(any(rows <= one for one in shown) for rows in long), len(long)),
        "path_exact": _share(sum(rows in shown for rows in long), len(long)),
        "hop_purity": _purity(case, found),
        "time_order_violations": float(order_violations(case, found)),
    }


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


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
