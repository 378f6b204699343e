"""The evaluation protocol: the detector, its ablations and the baselines on one labelled case.

History and test are split by time only. Everything is measured twice: on logons alone, and with host events beside
them. Each attack is measured alone against the benign days; where the case has a benign twin, the benign days are
scored on the twin. Baselines are always run, on the same units, grouped the same way, with the same budgets.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from graphhunt.lab.evaluation.accuracy import cause_metrics, technique_metrics
from graphhunt.lab.evaluation.baselines import BASELINES
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.exactness import path_metrics
from graphhunt.lab.evaluation.hops import Hops, Ranking
from graphhunt.lab.evaluation.joins import NOTHING_PROVED
from graphhunt.lab.evaluation.metrics import (
    Metrics,
    by_cell,
    intervals,
    noise_metrics,
    order_metrics,
    recalls,
    shown_metrics,
    window_recall,
)  # fmt: skip
from graphhunt.lab.evaluation.outcome import Outcome, outcomes
from graphhunt.lab.evaluation.significance import significance
from graphhunt.lab.evaluation.synthetic import synthetic_case
from graphhunt.lab.evaluation.tree import case_score, training_of
from graphhunt.lateral.detector import LateralOptions, ScoreRules, Scoring, corroborate, findings_of, score_case
from graphhunt.lateral.detector.causes import causal_paths
from graphhunt.lateral.detector.corroboration import COLUMNS
from graphhunt.lateral.detector.findings import Findings
from graphhunt.lateral.detector.habits import count_habits
from graphhunt.lateral.detector.pmf import link_surprise
from graphhunt.lateral.detector.score import ALL_TERMS
from graphhunt.lateral.detector.signature import classic_signature
from graphhunt.lateral.paths.table import Floats, Ints

Scorer = Callable[[LabelledCase], Floats]
Report = dict[str, Any]

ABLATIONS = ("causal", "rarity", "context")
"""Terms left out one at a time."""

TREE_SEEDS = (75, 76, 77, 78)
"""Seeds that the reference tree may learn from: it takes the first two that it isn't asked about."""


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
        score = scorer(self.case)
        other = None if self.twin is None else scorer(self.twin)
        return outcomes(self.case, self.hops, Ranking.of(self.case, self.hops, score, other), self.led)[0]


def evaluate(
    case: LabelledCase,
    twin: LabelledCase | None = None,
    *,
    learn: Sequence[LabelledCase] = (),
    baselines: Mapping[str, Scorer] = BASELINES,
    ablations: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Measure the detector and the baselines on a case.

    Args:
        case: The labelled case.
        twin: The same days without intruders; without it the case's honest rows are the benign days.
        learn: Other generated cases, from which the reference tree learns; without them there is none.
        baselines: Scorers that read no labels.
        ablations: Also run the detector without each of its terms.
        progress: Called with what is being run.

    Returns:
        `logons` and, where there are host events, `host_events`: metrics by name (shares are 0 to 1), `intervals`,
        `outcomes` of the attacks, `cells` and the recalls of `baselines` and `ablations`; and `attacks`, `days`,
        `seconds` and `peak_memory_mb`.
    """
    say = progress or (lambda _: None)
    began = time.perf_counter()
    result: Report = {}
    shown = {"logons": LabelledCase.logons_alone, "host_events": LabelledCase.with_hosts}
    for name, as_shown in shown.items():
        if name == "host_events" and case.events is None:
            continue
        say(name.replace("_", " "))
        bench = Bench.of(as_shown(case), None if twin is None else as_shown(twin))
        result[name] = _section(bench, ablations=ablations)
        rivals = {which: recalls(bench.outcomes(scorer), case.days) for which, scorer in baselines.items()}
        say(f"{name.replace('_', ' ')}, reference tree")
        result[name]["baselines"] = rivals | _tree(bench, [as_shown(other) for other in learn])
    return result | {
        "attacks": case.attacks, "days": case.days,
        "seconds": time.perf_counter() - began, "peak_memory_mb": peak_memory_mb(),
    }  # fmt: skip


def evaluate_synthetic(
    seed: int, *, ablations: bool = False, progress: Callable[[str], None] | None = None, **options: int
) -> Report:
    """Generate the synthetic case of a seed, its benign twin and the cases to learn from, and measure everything.

    Args:
        seed: Seed of the generator.
        ablations: Also run the detector without each of its terms.
        progress: Called with what is being run.
        options: Parameters of the generator.
    """
    others = [other for other in TREE_SEEDS if other != seed][:2]
    learn = [synthetic_case(other, **options) for other in others]
    twin = synthetic_case(seed, **{**options, "attacks": 0})
    return evaluate(synthetic_case(seed, **options), twin, learn=learn, ablations=ablations, progress=progress)


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
    limit, rules = max(1, 20 * case.days), rules or ScoreRules()
    options = LateralOptions(since=case.since, limit=limit, rules=rules, links=links)
    support = corroborate(case.table, pl.DataFrame(schema=COLUMNS) if case.events is None else case.events)
    scoring = score_case(case.table, support, options)
    return Run(scoring, findings_of(case.table, scoring, options))


def peak_memory_mb() -> float:
    """Give the process's largest resident size so far, in MiB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def _section(bench: Bench, *, ablations: bool) -> Report:
    case = bench.case
    run = run_detector(case, links=True)
    twin = None if bench.twin is None else run_detector(bench.twin, links=True)
    found, order = run.found, run.order
    ranking = Ranking.of(case, bench.hops, order, None if twin is None else twin.order)
    told, closure = outcomes(case, bench.hops, ranking, bench.led)
    result: Report = {"mode": found.scope.mode} | shown_metrics(told, case.days) | noise_metrics(closure, case.days)
    result |= significance(case, bench.hops, found, None if twin is None else twin.found)
    result |= cause_metrics(case, found.scores) | technique_metrics(case, run.scoring)
    result |= path_metrics(case, found) | _explained(found) | window_recall(case, order) | order_metrics(case, order)
    result["intervals"] = intervals(told, case.days)
    result["outcomes"] = [asdict(each) for each in told]
    result["cells"] = by_cell(case, told)
    if ablations:
        result["ablations"] = _ablations(bench)
    return result


def _explained(found: Findings) -> Metrics:
    explained = [bool(finding.reasons) and all(hop.reasons for hop in finding.hops) for finding in found.findings]
    return {"explained": float(np.mean(explained)) if explained else float("nan")}


def _tree(bench: Bench, learn: Sequence[LabelledCase]) -> dict[str, Metrics]:
    """Give the recalls of the reference tree, which has seen labels of other cases: a ceiling, not a rival."""
    if not any(case.attacks for case in learn):
        return {}
    training = training_of(learn)
    return {"tree": recalls(bench.outcomes(lambda case: case_score(training, case)), bench.case.days)}


def _ablations(bench: Bench) -> dict[str, Metrics]:
    def scored(rules: ScoreRules) -> Scorer:
        return lambda case: run_detector(case, rules).order

    rules = ScoreRules()
    scorers = {f"without_{term}": scored(replace(rules, terms=ALL_TERMS - {term})) for term in ABLATIONS}
    scorers |= {"with_refinement": scored(replace(rules, refined=True)), "classic_signature": _signature}
    return {name: recalls(bench.outcomes(scorer), bench.case.days) for name, scorer in scorers.items()}


def _signature(case: LabelledCase) -> Floats:
    habits = count_habits(case.table)
    shape = classic_signature(causal_paths(case.table, habits), habits)
    return shape * (1.0 + link_surprise(case.table, case.table.t < case.since))
