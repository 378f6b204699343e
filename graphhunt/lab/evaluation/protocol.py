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
from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np

from graphhunt.lab.evaluation.ablations import SHARES, USUAL_SHARE, joined
from graphhunt.lab.evaluation.ablations import ablations as leave_out
from graphhunt.lab.evaluation.accuracy import cause_metrics, technique_metrics, technique_table
from graphhunt.lab.evaluation.baselines import BASELINES
from graphhunt.lab.evaluation.bench import Bench, Scorer, run_detector
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.exactness import path_metrics
from graphhunt.lab.evaluation.hops import Ranking
from graphhunt.lab.evaluation.metrics import (
    Metrics,
    by_cell,
    intervals,
    noise_metrics,
    order_metrics,
    recalls,
    shown_metrics,
    window_recall,
)
from graphhunt.lab.evaluation.outcome import outcomes
from graphhunt.lab.evaluation.significance import significance
from graphhunt.lab.evaluation.synthetic import synthetic_case
from graphhunt.lab.evaluation.tree import case_score, training_of
from graphhunt.lateral.detector.findings import Findings
from graphhunt.lateral.paths.table import Floats, LogonTable

Report = dict[str, Any]

TREE_SEEDS = (75, 76, 77, 78)
"""Seeds that the reference tree may learn from: it takes the first two that it isn't asked about."""


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
        ablations: Also measure without each part of score and incidents, and with other shares of proved causes.
        progress: Called with what is being run.

    Returns:
        `logons` and, where there are host events, `host_events`: metrics by name (shares are 0 to 1), `intervals`,
        `outcomes` of the attacks, `cells`, `techniques`, and the recalls of `baselines`, `ablations` and `joins`; and
        `attacks`, `days`, `seconds` and `peak_memory_mb`.
    """
    say = progress or (lambda _: None)
    began = time.perf_counter()
    result: Report = {}
    known = {which: _once(scorer) for which, scorer in baselines.items()}
    shown = {"logons": LabelledCase.logons_alone, "host_events": LabelledCase.with_hosts}
    for name, as_shown in shown.items():
        if name == "host_events" and case.events is None:
            continue
        say(name.replace("_", " "))
        bench = Bench.of(as_shown(case), None if twin is None else as_shown(twin))
        result[name] = _section(bench, ablations=ablations)
        rivals = {which: recalls(bench.outcomes(scorer), case.days) for which, scorer in known.items()}
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
        ablations: Also measure without each part of score and incidents, and with other shares of proved causes.
        progress: Called with what is being run.
        options: Parameters of the generator.
    """
    others = [other for other in TREE_SEEDS if other != seed][:2]
    learn = [_learnt(other, tuple(sorted(options.items()))) for other in others]
    twin = synthetic_case(seed, **{**options, "attacks": 0})
    return evaluate(synthetic_case(seed, **options), twin, learn=learn, ablations=ablations, progress=progress)


@lru_cache(maxsize=2)
def _learnt(seed: int, options: tuple[tuple[str, int], ...]) -> LabelledCase:
    return synthetic_case(seed, **dict(options))


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
    result["techniques"] = technique_table(case, run.scoring)
    result["joins"] = joined(bench, SHARES if ablations else (USUAL_SHARE,))
    if ablations:
        result["ablations"] = leave_out(bench, run.scoring, None if twin is None else twin.scoring)
    return result


def _once(scorer: Scorer) -> Scorer:
    """Let a baseline, which reads logons alone, score each table once."""
    scores: dict[int, tuple[LogonTable, Floats]] = {}

    def score(case: LabelledCase) -> Floats:
        if id(case.table) not in scores:
            scores[id(case.table)] = case.table, scorer(case)
        return scores[id(case.table)][1]

    return score


def _explained(found: Findings) -> Metrics:
    explained = [bool(finding.reasons) and all(hop.reasons for hop in finding.hops) for finding in found.findings]
    return {"explained": float(np.mean(explained)) if explained else float("nan")}


def _tree(bench: Bench, learn: Sequence[LabelledCase]) -> dict[str, Metrics]:
    """Give the recalls of the reference tree, which has seen labels of other cases: a ceiling, not a rival."""
    if not any(case.attacks for case in learn):
        return {}
    training = training_of(learn)
    return {"tree": recalls(bench.outcomes(lambda case: case_score(training, case)), bench.case.days)}
