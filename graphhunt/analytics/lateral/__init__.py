"""Lateral movement: causal login paths, scores, calibration and findings over a table of logons."""

from __future__ import annotations

from graphhunt.analytics.lateral.causes import CausalRules, Causes, causal_paths
from graphhunt.analytics.lateral.corroboration import Corroboration, corroborate
from graphhunt.analytics.lateral.detect import LateralOptions, Scoring, detect, findings_of, score_case
from graphhunt.analytics.lateral.findings import CLASSES, PROPERTIES, Finding, Findings, FoundHop
from graphhunt.analytics.lateral.habits import Habits, count_habits
from graphhunt.analytics.lateral.scope import MODES, Scope
from graphhunt.analytics.lateral.score import ScoreRules, Scores, score_hops
from graphhunt.analytics.lateral.suppress import Lists, Suppressed

__all__ = [
    "CLASSES", "MODES", "PROPERTIES", "CausalRules", "Causes", "Corroboration", "Finding", "Findings", "FoundHop",
    "Habits", "LateralOptions", "Lists", "Scope", "ScoreRules", "Scores", "Scoring", "Suppressed", "causal_paths",
    "corroborate", "count_habits", "detect", "findings_of", "score_case", "score_hops",
]  # fmt: skip
