"""Evaluation of the lateral-movement detector: labelled cases, baselines, metrics and the protocol."""

from __future__ import annotations

from graphhunt.evaluation.baselines import BASELINES
from graphhunt.evaluation.case import LabelledCase, synthetic_case
from graphhunt.evaluation.lanl import read_lanl
from graphhunt.evaluation.metrics import ranking_metrics
from graphhunt.evaluation.optc import read_optc
from graphhunt.evaluation.protocol import benign_metrics, evaluate, evaluate_synthetic

__all__ = [
    "BASELINES", "LabelledCase", "benign_metrics", "evaluate", "evaluate_synthetic", "ranking_metrics", "read_lanl",
    "read_optc", "synthetic_case",
]  # fmt: skip
