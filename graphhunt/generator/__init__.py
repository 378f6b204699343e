"""A synthetic enterprise with known intrusions, for tests, demonstrations and honest evaluation."""

from __future__ import annotations

from graphhunt.generator.config import Dirt, GeneratorConfig
from graphhunt.generator.demo import generate_demo
from graphhunt.generator.evalset import (
    CORROBORATION_KINDS,
    AttackTruth,
    EvalSet,
    HopTruth,
    eval_set,
    logon_days,
)
from graphhunt.generator.run import generate
from graphhunt.generator.truth import Truth, load_truth

__all__ = [
    "CORROBORATION_KINDS",
    "AttackTruth",
    "Dirt",
    "EvalSet",
    "GeneratorConfig",
    "HopTruth",
    "Truth",
    "eval_set",
    "generate",
    "generate_demo",
    "load_truth",
    "logon_days",
]
