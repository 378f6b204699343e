"""Lateral movement: causal login paths, scores, calibration and findings over a table of logons."""

from __future__ import annotations

from graphhunt.lateral.detector.causes import CausalRules, Causes, causal_paths
from graphhunt.lateral.detector.classes import CLASSES, LETTERS, Classed
from graphhunt.lateral.detector.corroboration import Corroboration, corroborate
from graphhunt.lateral.detector.detect import LateralOptions, Scoring, detect, findings_of, score_case
from graphhunt.lateral.detector.findings import PROPERTIES, Finding, Findings, FoundHop
from graphhunt.lateral.detector.habits import Habits, count_habits
from graphhunt.lateral.detector.modes import AUTO, CASE, MONITOR, WANTED
from graphhunt.lateral.detector.scope import Scope
from graphhunt.lateral.detector.score import ScoreRules, Scores, score_hops
from graphhunt.lateral.detector.suppress import Lists, Suppressed

__all__ = [
    "AUTO", "CASE", "CLASSES", "LETTERS", "MONITOR", "PROPERTIES", "WANTED", "CausalRules", "Causes", "Classed",
    "Corroboration", "Finding", "Findings", "FoundHop", "Habits", "LateralOptions", "Lists", "Scope", "ScoreRules",
    "Scores", "Scoring", "Suppressed", "causal_paths", "corroborate", "count_habits", "detect", "findings_of",
    "score_case", "score_hops",
]  # fmt: skip
