"""What becomes of each attack of a case by one ranking, each alone against the benign days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphhunt.incidents.score import MOST_READ
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.closure import USUAL, Closure, Forming, Incident, unit_scores
from graphhunt.lab.evaluation.hops import Hops, Ranking, logged_hops
from graphhunt.lateral.paths.table import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one attack.

    Attributes:
        attack: Its number.
        read: Units read until its best incident has been opened; infinite where no incident shows it.
        first: Units read until the first true one; all that is listed where none is.
        lead: Rank of its best unit among units; infinite where it has no hop that can be ranked.
        coverage: Share of its logged successful hops that its best incident holds.
        purity: Share of that incident's hops that are its.
        fragments: Incidents that hold a hop of it.
    """

    attack: int
    read: float
    first: float
    lead: float
    coverage: float
    purity: float
    fragments: int


def outcomes(
    case: LabelledCase, hops: Hops, ranking: Ranking, led: Ints | None = None, forming: Forming = USUAL
) -> tuple[list[Outcome], Closure]:
    """Follow every attack of a case, and give the closed benign days beside.

    Args:
        case: The labelled case.
        hops: Its hops.
        ranking: What the method says of them.
        led: The hop that is proved to have led to each; -1 for none.
        forming: How incidents are formed.
    """
    closure = Closure(case, hops, ranking, led, forming)
    rivals = unit_scores(hops, ranking.benign)
    logged = logged_hops(case)
    return [_outcome(number, count, closure, rivals) for number, count in sorted(logged.items())], closure


def _outcome(number: int, logged: int, closure: Closure, rivals: Floats) -> Outcome:
    hops, ranking = closure.hops, closure.ranking
    own = np.flatnonzero(hops.attack == number)
    if not len(own):
        return Outcome(number, np.inf, float(closure.listed), np.inf, 0.0, np.nan, 0)
    units = np.unique(hops.unit[own])
    lead = _rank(float(ranking.of_attack(own).max()), units, rivals)
    found, merged = closure.with_attack(own)
    true = set(units.tolist())
    before, first = 0, float(closure.listed)
    best: tuple[float, Incident] | None = None
    for incident in found:
        begin = closure.read_before(incident.score, merged) + before
        shown = [place for place, unit in enumerate(incident.units[:MOST_READ]) if unit in true]
        if shown and best is None:
            best, first = (float(begin + incident.cost), incident), float(begin + shown[0] + 1)
        before += incident.cost
    if best is None:
        return Outcome(number, np.inf, first, lead, 0.0, np.nan, len(found))
    held = len(best[1].hops & set(own.tolist()))
    return Outcome(number, best[0], first, lead, held / logged, held / len(best[1].hops), len(found))


def _rank(score: float, units: Ints, rivals: Floats) -> float:
    above: Flags = rivals > score
    return float(1 + int(above.sum()) - int(above[units].sum()))
