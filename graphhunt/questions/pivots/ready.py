"""Ready questions about one entity: every query under `cypher/pivot/ask/<kind>/` is one.

A question added as a file is offered by the workspace without a change of code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphhunt.errors import UsageError
from graphhunt.questions.cypher import ABOUT
from graphhunt.questions.pivots.reading import ANY_TIME, Ref, Window
from graphhunt.questions.pivots.views import describe
from graphhunt.questions.question import Wishes
from graphhunt.questions.registry import questions

if TYPE_CHECKING:
    from graphhunt.questions.question import Case, Question


def ready_questions(kind: str | None = None) -> dict[str, Question]:
    """Give the ready questions by their id (`machine.came_from`), for one kind of entity or for all."""
    found = [question for question in questions("entity") if question.about and kind in (None, question.about)]
    return {question.name.removeprefix(ABOUT).replace("/", "."): question for question in found}


def answer_about(case: Case, ask_id: str, ref: Ref, window: Window = ANY_TIME, limit: int = 100) -> dict[str, Any]:
    """Answer a ready question about an entity.

    Returns:
        `nodes` (short forms) and `truncated` (True when there are more than `limit`).

    Raises:
        UsageError: There is no such question about this kind of entity.
    """
    question = ready_questions(ref.kind).get(ask_id)
    if question is None:
        raise UsageError(f"there is no question {ask_id!r} about a {ref.kind}")
    found = question.ask(case, {"id": ref.id, "since": window.since, "until": window.until}, Wishes(limit))
    return {"nodes": [describe(row["node"]) for row in found["rows"]], "truncated": found["truncated"]}
