"""A case with what every method is measured by, and the shipped detector run on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.closure import USUAL, Forming
from graphhunt.lab.evaluation.hops import Hops, Ranking
from graphhunt.lab.evaluation.joins import NOTHING_PROVED
from graphhunt.lab.evaluation.outcome import Outcome, outcomes
from graphhunt.lateral.detector import LateralOptions, ScoreRules, Scoring, corroborate, findings_of, score_case
from graphhunt.lateral.detector.corroboration import COLUMNS
from graphhunt.lateral.detector.findings import Findings
from graphhunt.lateral.paths.table import Floats, Ints

Scorer = Callable[[LabelledCase], Floats]


@dataclass(frozen=True, slots=True)
class Bench:
    """A case with what every method is measured by.

    Attributes:
        case: The labelled case.
        twin: The same days without intruders, if there are such.
        hops: The case's hops.
        led: The hop that is proved to have led to each.
    """

    case: LabelledCase
    twin: LabelledCase | None
    hops: Hops
    led: Ints

    @classmethod
    def of(cls, case: LabelledCase, twin: LabelledCase | None) -> Bench:
        """Prepare a case."""
        hops = Hops.of(case)
        return cls(case, twin, hops, proved_hops(case, hops))

    def outcomes(self, scorer: Scorer) -> list[Outcome]:
        """Follow every attack by one scorer."""
        return self.follow(scorer(self.case), None if self.twin is None else scorer(self.twin))

    def follow(self, score: Floats, twin: Floats | None, forming: Forming = USUAL) -> list[Outcome]:
        """Follow every attack by the scores of the case's rows and of its twin's."""
        return outcomes(self.case, self.hops, Ranking.of(self.case, self.hops, score, twin), self.led, forming)[0]


def proved_hops(case: LabelledCase, hops: Hops) -> Ints:
    """Give the hop that records prove to have led to each hop; -1 for none."""
    led = np.full(len(hops), -1, dtype=np.int64)
    if case.proved is not None:
        rows = np.flatnonzero((case.proved > NOTHING_PROVED) & (case.proved >= 0) & (hops.place >= 0))
        causes = hops.place[case.proved[rows]]
        kept = (causes >= 0) & (causes != hops.place[rows])
        led[hops.place[rows[kept]]] = causes[kept]
    return led


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the shipped detector: how it scored and ordered every row, and what it lists."""

    scoring: Scoring
    found: Findings

    @property
    def order(self) -> Floats:
        """Give what rows are listed by."""
        return self.scoring.classed.order


def run_detector(case: LabelledCase, rules: ScoreRules | None = None, *, links: bool = False) -> Run:
    """Run the shipped detector on a case; labels are not passed on.

    Args:
        case: The labelled case, with the host events that it may see.
        rules: How hops are scored.
        links: Fit the link model too; it only orders hops without a signature, so ablations do without.
    """
    options = _options(case, rules or ScoreRules(), links=links)
    scoring = _scored(case, options)
    return Run(scoring, findings_of(case.table, scoring, options))


def score_with(rules: ScoreRules) -> Scorer:
    """Give the scorer that is the shipped detector by some rules, without its list and its link model."""
    return lambda case: _scored(case, _options(case, rules, links=False)).classed.order


def _options(case: LabelledCase, rules: ScoreRules, *, links: bool) -> LateralOptions:
    return LateralOptions(since=case.since, limit=max(1, 20 * case.days), rules=rules, links=links)


def _scored(case: LabelledCase, options: LateralOptions) -> Scoring:
    support = corroborate(case.table, pl.DataFrame(schema=COLUMNS) if case.events is None else case.events)
    return score_case(case.table, support, options)
