"""The analytics as questions: their answer is a run, which is written to the graph as properties."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graphhunt.analyses import registry
from graphhunt.analyses.runs import analyze
from graphhunt.questions.question import Question

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphhunt.analyses.analysis import Analysis
    from graphhunt.questions.question import Case, Wishes


def questions() -> tuple[Question, ...]:
    """List the analytics, ours first."""
    return tuple(_question(analysis) for analysis in registry.analyses().values())


def _question(analysis: Analysis) -> Question:
    return Question(
        name=analysis.name, kind=analysis.kind, title=analysis.summary.rstrip("."),
        answer=partial(_answer, analysis.name),
        parameters=analysis.every_parameter(), writes=analysis.properties,
    )  # fmt: skip


def _answer(name: str, case: Case, given: Mapping[str, Any], wishes: Wishes) -> dict[str, Any]:
    return analyze(case.store, name, given, wishes.progress, case.snapshot)
