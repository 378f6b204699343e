"""The evaluation protocol: the detector, its ablations and the baselines on one labelled case.

History and test are split by time only. The detector's constants were fixed on seed 0 of the synthetic set;
seeds 1 to 5 were only ever reported. Baselines are always run.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from graphhunt.lab.evaluation.baselines import BASELINES
from graphhunt.lab.evaluation.case import LabelledCase, synthetic_case
from graphhunt.lab.evaluation.exactness import path_metrics
from graphhunt.lab.evaluation.metrics import Metrics, chain_detection, ranking_metrics, unit_detection
from graphhunt.lateral.detector import LateralOptions, ScoreRules, corroborate, detect
from graphhunt.lateral.detector.causes import causal_paths
from graphhunt.lateral.detector.corroboration import Corroboration
from graphhunt.lateral.detector.findings import Findings
from graphhunt.lateral.detector.habits import count_habits
from graphhunt.lateral.detector.pmf import link_surprise
from graphhunt.lateral.detector.score import ALL_TERMS
from graphhunt.lateral.detector.signature import classic_signature
from graphhunt.lateral.paths.table import Floats

Scorer = Callable[[LabelledCase], Floats]

ABLATIONS = ("causal", "rarity", "context")
"""Terms left out one at a time."""


def evaluate(
    case: LabelledCase,
    baselines: Mapping[str, Scorer] = BASELINES,
    *,
    ablations: bool = True,
    progress: Callable[[str], None] | None = None,
) -> Metrics:
    """Measure the detector, its ablations and the baselines on a case.

    Args:
        case: The labelled case.
        baselines: Scorers by prefix of their metrics.
        ablations: Also run the detector without each of its terms.
        progress: Called with what is being run.

    Returns:
        Metrics by name; shares are 0 to 1. The detector's have no prefix; `corroborated_` is the detector with
        host events, `without_…` an ablation, `signature_` the S x (1 + PMF) rule, the rest the baselines.
    """
    say = progress or (lambda _: None)
    say("detector")
    began = time.perf_counter()
    found = run_detector(case, links=True)
    seconds = time.perf_counter() - began
    result = ranking_metrics(case, found.scores.total, chains=True)
    result |= _named("ungrouped", unit_detection(case, found.scores.total))
    result |= path_metrics(case, found) | significance(case, found)
    result |= {"seconds": seconds, "peak_memory_mb": peak_memory_mb()}
    if case.events is not None:
        say("detector with host events")
        result |= _corroborated(case)
    if ablations:
        say("ablations")
        result |= _ablations(case)
    for name, scorer in baselines.items():
        say(name)
        score = scorer(case)
        result |= _named(name, ranking_metrics(case, score, chains=False))
        result |= _named(f"grouped_{name}", chain_detection(case, score))
    return result


def evaluate_synthetic(seed: int, *, progress: Callable[[str], None] | None = None, **options: int) -> Metrics:
    """Generate the synthetic case of a seed and its benign twin, and measure everything.

    Args:
        seed: Seed of the generator.
        progress: Called with what is being run.
        options: Parameters of the generator.
    """
    result = evaluate(synthetic_case(seed, **options), progress=progress)
    if progress:
        progress("benign days")
    return result | benign_metrics(synthetic_case(seed, attacks=0, **options))


def benign_metrics(case: LabelledCase) -> Metrics:
    """Count significant findings on a case without attacks, with and without host events."""
    plain = sum(finding.significant for finding in run_detector(case).findings)
    events = sum(finding.significant for finding in run_detector(case, _support(case)).findings)
    return {"benign_significant": float(plain), "corroborated_benign_significant": float(events)}


def run_detector(
    case: LabelledCase,
    support: Corroboration | None = None,
    rules: ScoreRules | None = None,
    *,
    links: bool = False,
) -> Findings:
    """Run the shipped detector on a case; labels are not passed on.

    Args:
        case: The labelled case.
        support: Host events joined to its rows.
        rules: How hops are scored.
        links: Fit the link model too; it only orders hops without a signature, so ablations do without.
    """
    limit = max(1, 20 * case.days)
    rules = rules or ScoreRules()
    return detect(case.table, support, LateralOptions(since=case.since, limit=limit, rules=rules, links=links))


def significance(case: LabelledCase, found: Findings) -> Metrics:
    """Count significant findings, those with a logon of an attack, and how small p can get."""
    marked = [finding for finding in found.findings if finding.significant]
    true = sum(
        bool((case.labels[list(hop.rows)] >= 0).any()) for finding in marked for hop in finding.hops if hop.significant
    )
    hops = sum(hop.significant for finding in marked for hop in finding.hops)
    explained = [bool(finding.reasons) and all(hop.reasons for hop in finding.hops) for finding in found.findings]
    return {
        "significant_findings": float(len(marked)),
        "significant_hops": float(hops),
        "significant_hops_true": float(true),
        "explained": float(np.mean(explained)) if explained else float("nan"),
    }


def peak_memory_mb() -> float:
    """Give the process's largest resident size so far, in MiB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def _support(case: LabelledCase) -> Corroboration | None:
    return None if case.events is None else corroborate(case.table, case.events)


def _corroborated(case: LabelledCase) -> Metrics:
    found = run_detector(case, _support(case), links=True)
    result = ranking_metrics(case, found.scores.total, chains=True) | path_metrics(case, found)
    result |= significance(case, found) | _named("ungrouped", unit_detection(case, found.scores.total))
    return _named("corroborated", result)


def _ablations(case: LabelledCase) -> Metrics:
    result: Metrics = {}
    rules = ScoreRules()
    for term in ABLATIONS:
        score = run_detector(case, rules=replace(rules, terms=ALL_TERMS - {term})).scores.total
        result |= _named(f"without_{term}", chain_detection(case, score))
    refined = run_detector(case, rules=replace(rules, refined=True)).scores.total
    result |= _named("with_refinement", chain_detection(case, refined))
    habits = count_habits(case.table)
    shape = classic_signature(causal_paths(case.table, habits), habits)
    links = link_surprise(case.table, case.table.t < case.since)
    result |= _named("signature", unit_detection(case, shape * (1.0 + links)))
    return result | _named("grouped_signature", chain_detection(case, shape * (1.0 + links)))


def _named(prefix: str, metrics: Metrics) -> Metrics:
    return {f"{prefix}_{name}": value for name, value in metrics.items()}
