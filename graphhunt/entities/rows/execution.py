"""Rows: a process made or ended, a thread made in another process, or a module loaded."""

from __future__ import annotations

from dataclasses import dataclass

from graphhunt.entities.rows.marked import Marked


@dataclass(slots=True)
class Execution(Marked):
    """A process made or ended, a thread made in another process, or a module loaded."""

    process_id: str | None = None
    parent_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None
