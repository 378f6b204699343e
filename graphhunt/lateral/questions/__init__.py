"""The questions about lateral movement: every module of this folder gives one, as `QUESTION`."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphhunt.questions.question import Question


@cache
def questions() -> tuple[Question, ...]:
    """List the questions by name; those whose findings are written to the graph stand first."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    found: list[Question] = [module.QUESTION for module in modules]
    return tuple(sorted(found, key=lambda question: (not question.writes, question.name)))
