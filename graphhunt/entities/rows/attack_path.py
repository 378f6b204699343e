"""Rows: a time-respecting chain of remote logons; `hops` reads from its start to its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class AttackPath(Row):
    """A time-respecting chain of remote logons; `hops` reads from its start to its end."""

    date_time: datetime | None = None
    end: datetime | None = None
    source: str | None = None
    target: str | None = None
    hops: int | None = None
    machines: list[str] | None = None
    users: list[str] | None = None
    techniques: list[str] | None = None
    score: float | None = None
    event_ids: list[str] | None = None
