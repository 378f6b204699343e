"""Evaluation of the lateral-movement detector: labelled cases, baselines, metrics and the protocol."""

from __future__ import annotations

from graphhunt.lab.evaluation.baselines import BASELINES
from graphhunt.lab.evaluation.case import LabelledCase, synthetic_case
from graphhunt.lab.evaluation.lanl import read_lanl
from graphhunt.lab.evaluation.metrics import ranking_metrics
from graphhunt.lab.evaluation.optc import read_optc
from graphhunt.lab.evaluation.protocol import benign_metrics, evaluate, evaluate_synthetic

__all__ = [
    "BASELINES", "LabelledCase", "benign_metrics", "evaluate", "evaluate_synthetic", "ranking_metrics", "read_lanl",
    "read_optc", "synthetic_case",
]  # fmt: skip
