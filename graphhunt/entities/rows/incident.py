"""Rows: an incident; its title says who moved where, and its score orders what to read first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class Incident(Row):
    """An incident; its title says who moved where, and its score orders what to read first."""

    rank: int | None = None
    score: float | None = None
    over_the_line: bool | None = None
    date_time: datetime | None = None
    end: datetime | None = None
    title: str | None = None
    machines: list[str] | None = None
    users: list[str] | None = None
    outside: list[str] | None = None
    techniques: list[str] | None = None
    consistent_with: list[str] | None = None
    leads: int | None = None
    units: int | None = None
    name: str | None = None
    assignee: str | None = None
    status: str | None = None
    verdict: str | None = None
    id: str | None = None
    event_ids: list[str] | None = None
