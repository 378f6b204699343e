"""Breaks: where a storyboard pauses, with what was recorded meanwhile, or goes on by inference alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphhunt.incidents.board.folds import Fold
from graphhunt.incidents.lead import MINUTE
from graphhunt.questions.recorded import Stretch

PAUSE = 30 * MINUTE
"""A pause this long is told."""


@dataclass(frozen=True)
class Break:
    """What stands before a row of the storyboard.

    Attributes:
        before: Id of the row's first scene.
        span: How long nothing of the incident happened, µs; 0 where that is no pause.
        recorded: Whether any machine recorded anything meanwhile.
        link: The inferred or hand-made join by which the row belongs to what came before; None where a record tells.
    """

    before: str
    span: int
    recorded: bool
    link: Mapping[str, Any] | None


def breaks_of(
    rows: list[Fold], links: Iterable[tuple[frozenset[str], Mapping[str, Any]]], stretches: list[Stretch]
) -> list[Break]:
    """Give the breaks before rows.

    Args:
        rows: The rows, by time.
        links: Joins that can be cut or undone, each with the ids of the acts that it joins to what came before.
        stretches: When anything was recorded.
    """
    joined: dict[str, Mapping[str, Any]] = {}
    for acts, link in links:
        row = next((row for row in rows if _acts(row) & acts), None)
        if row is not None:
            joined.setdefault(row.id, link)
    found: list[Break] = []
    until: int | None = None
    for row in rows:
        span = max(0, row.first.time - until) if until is not None else 0
        if until is not None and (span >= PAUSE or row.id in joined):
            found.append(
                Break(
                    row.id,
                    span if span >= PAUSE else 0,
                    _recorded(until, row.first.time, stretches),
                    joined.get(row.id),
                )
            )
        until = row.end if until is None else max(until, row.end)
    return found


def _acts(row: Fold) -> set[str]:
    return {act.id for scene in row.scenes for act in scene.acts}


def _recorded(start: int, end: int, stretches: list[Stretch]) -> bool:
    """Tell whether a stretch lies between, or goes on all the way; the ends of what borders on it are no such thing."""
    return any(
        (stretch.start > start and stretch.end < end) or (stretch.start <= start and stretch.end >= end)
        for stretch in stretches
    )
