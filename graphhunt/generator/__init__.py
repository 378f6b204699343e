"""A synthetic enterprise with known intrusions, for tests, demonstrations and honest evaluation."""

from __future__ import annotations

from graphhunt.generator.config import Dirt, GeneratorConfig
from graphhunt.generator.evalset import (
    CORROBORATION_KINDS,
    AttackTruth,
    EvalSet,
    HopTruth,
    eval_set,
)

__all__ = [
    "CORROBORATION_KINDS",
    "AttackTruth",
    "Dirt",
    "EvalSet",
    "GeneratorConfig",
    "HopTruth",
    "eval_set",
]
