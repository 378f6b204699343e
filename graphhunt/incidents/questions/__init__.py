"""The questions about incidents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphhunt.incidents.questions import beacons, incidents, networks, triage

if TYPE_CHECKING:
    from graphhunt.questions.question import Question


def questions() -> tuple[Question, ...]:
    """List the questions; those whose findings are written to the graph stand first."""
    return incidents.QUESTION, networks.QUESTION, beacons.QUESTION, triage.QUESTION
