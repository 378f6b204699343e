"""A synthetic enterprise with known intrusions, for tests, demonstrations and honest evaluation."""

from __future__ import annotations

from graphhunt.lab.generator.config import Dirt, GeneratorConfig
from graphhunt.lab.generator.demo import generate_demo
from graphhunt.lab.generator.evalset import (
    CORROBORATION_KINDS,
    AttackTruth,
    EvalSet,
    HopTruth,
    eval_set,
    logon_days,
    set_of,
)
from graphhunt.lab.generator.hardening import DIFFERENCES, Hardening
from graphhunt.lab.generator.run import generate
from graphhunt.lab.generator.truth import Truth, load_truth

__all__ = [
    "CORROBORATION_KINDS",
    "DIFFERENCES",
    "AttackTruth",
    "Dirt",
    "EvalSet",
    "GeneratorConfig",
    "Hardening",
    "HopTruth",
    "Truth",
    "eval_set",
    "generate",
    "generate_demo",
    "load_truth",
    "logon_days",
    "set_of",
]
