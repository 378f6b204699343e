"""Evaluation of the lateral-movement detector: labelled cases, baselines, metrics and the protocol."""

from __future__ import annotations

from graphhunt.lab.evaluation import report
from graphhunt.lab.evaluation.baselines import BASELINES
from graphhunt.lab.evaluation.case import LabelledCase
from graphhunt.lab.evaluation.lanl import read_lanl
from graphhunt.lab.evaluation.lmdg import read_lmdg
from graphhunt.lab.evaluation.optc import read_optc
from graphhunt.lab.evaluation.own import read_own
from graphhunt.lab.evaluation.protocol import evaluate, evaluate_synthetic
from graphhunt.lab.evaluation.synthetic import synthetic_case

__all__ = [
    "BASELINES", "LabelledCase", "evaluate", "evaluate_synthetic", "read_lanl", "read_lmdg",
    "read_optc", "read_own", "report", "synthetic_case",
]  # fmt: skip
