"""Which questions there are, by kind and name: the one list behind command line, HTTP interface, page and reference."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from graphhunt.errors import UsageError
from graphhunt.questions.parameter import key_of
from graphhunt.questions.question import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from graphhunt.questions.question import Question

ROOMS = {
    "hunt": ("graphhunt.lateral.questions", "graphhunt.incidents.questions", "graphhunt.questions.cypher"),
    "entity": ("graphhunt.questions.cypher",),
    "paths": ("graphhunt.lateral.questions",),
    "analysis": ("graphhunt.analyses.questions",),
    "enricher": ("graphhunt.analyses.questions",),
}
"""By kind, the modules whose `questions()` lists some; imported when asked for, as rooms above this one have them."""


def questions(*kinds: str) -> list[Question]:
    """List the questions of the kinds, of all when none is given, each room's in its own order."""
    found = []
    for kind in kinds or KINDS:
        for room in ROOMS[kind]:
            listed: Iterable[Question] = import_module(room).questions()
            found += [question for question in listed if question.kind == kind]
    return found


def question_named(name: str, *kinds: str) -> Question:
    """Find a question by its name, or by the last part of it where only one has that; `-` and `_` are one.

    Raises:
        UsageError: None of the kinds is called so, or several.
    """
    wanted = key_of(name)
    known = {key_of(question.name): question for question in questions(*kinds)}
    if wanted in known:
        return known[wanted]
    short = [question for key, question in known.items() if key.rpartition("/")[2] == wanted]
    if len(short) == 1:
        return short[0]
    what = _WORDS.get(kinds[0] if kinds else "", "question")
    close = sorted(question.name for key, question in known.items() if wanted in key)
    hint = "did you mean " + ", ".join(close[:5]) if close else _SEE.get(what, "see: graphhunt hunts --all")
    raise UsageError(f"several are called '{name}'" if short else f"no {what} is called '{name}'", hint=hint)


_WORDS = {"hunt": "hunt", "entity": "question", "analysis": "analytic", "enricher": "enricher"}
_SEE = {"hunt": "see: graphhunt hunts", "analytic": "see: graphhunt analyses", "enricher": "see: graphhunt enrich"}
