"""Ablations: what each part of score and incidents is worth, by leaving it out or doing it otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphhunt.lab.evaluation.bench import Bench, Scorer, score_with
from graphhunt.lab.evaluation.bonuses import Evidence
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.closure import Forming
from graphhunt.lab.evaluation.metrics import Metrics, recalls, shown_metrics
from graphhunt.lab.evaluation.outcome import Outcome
from graphhunt.lab.evaluation.synthetic import with_joins
from graphhunt.lateral.detector import ScoreRules, Scoring
from graphhunt.lateral.detector.causes import causal_paths
from graphhunt.lateral.detector.habits import count_habits
from graphhunt.lateral.detector.pmf import link_surprise
from graphhunt.lateral.detector.score import ALL_TERMS, CLASSES
from graphhunt.lateral.detector.signature import classic_signature
from graphhunt.lateral.detector.weights import shipped
from graphhunt.lateral.paths.table import Floats

SHARES = (0.0, 0.3, 0.6, 1.0)
"""Shares of machines that prove what led to the logons they make."""

USUAL_SHARE = 0.6
"""The share that targets are about."""


def ablations(bench: Bench, run: Scoring, twin: Scoring | None) -> dict[str, Metrics]:
    """Give the recalls of every ablation.

    Args:
        bench: The case.
        run: The detector's scores of it.
        twin: Those of its twin, if there is one.
    """
    scorers = _scorers(with_events=bench.case.events is not None)
    found = {name: recalls(bench.outcomes(scorer), bench.case.days) for name, scorer in scorers.items()}
    order, other = run.classed.order, None if twin is None else twin.classed.order
    for name, forming in _formings(bench, run, twin).items():
        found[name] = recalls(bench.follow(order, other, forming), bench.case.days)
    return found


def joined(bench: Bench, shares: Sequence[float]) -> dict[str, Metrics]:
    """Give recalls, coverage and purity where a share of the machines proves what led to the logons they make.

    Nothing for cases that aren't generated, or are seen by their logons alone.

    Args:
        bench: The case.
        shares: Shares of machines.
    """
    if bench.case.made is None or bench.case.events is None:
        return {}
    found = {}
    for share in shares:
        case = with_joins(bench.case, share)
        made = Bench.of(case, None if bench.twin is None else with_joins(bench.twin, share))
        told = made.outcomes(score_with(ScoreRules()))
        found[f"{share:.0%}"] = _shown(told, case.days)
    return found


def _shown(told: list[Outcome], days: int) -> Metrics:
    kept = ("coverage", "purity", "fragments")
    return {name: value for name, value in shown_metrics(told, days).items() if "_recall_at_" in name or name in kept}


def _scorers(*, with_events: bool) -> dict[str, Scorer]:
    """Give the detector without each of its terms and each class of weights, and other rules; none twice."""
    rules, alone = ScoreRules(), set(ALL_TERMS if with_events else ALL_TERMS - {"corroboration"})
    scorers = {f"without_{term}": score_with(replace(rules, terms=ALL_TERMS - {term})) for term in sorted(alone)}
    for groups in (CLASSES[term] for term in sorted(alone) if len(CLASSES[term]) > 1):
        for group in groups:
            scorers[f"without_weights_of_{group}"] = score_with(replace(rules, weights=shipped().without({group})))
    return scorers | {"with_refinement": score_with(replace(rules, refined=True)), "classic_signature": _signature}


def _formings(bench: Bench, run: Scoring, twin: Scoring | None) -> dict[str, Forming]:
    other = None if twin is None else twin.scores.corroboration
    evidence = Evidence.of(bench.case, bench.hops, run.scores.corroboration, other)
    return {
        "sum_instead_of_max": Forming(summed=True), "without_folding": Forming(folded=False),
        "without_what_followed": Forming(followed=False), "with_class_bonuses": Forming(evidence=evidence),
    }  # fmt: skip


def _signature(case: LabelledCase) -> Floats:
    habits = count_habits(case.table)
    shape = classic_signature(causal_paths(case.table, habits), habits)
    return shape * (1.0 + link_surprise(case.table, case.table.t < case.since))
