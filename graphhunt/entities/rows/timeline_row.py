"""Rows: one relationship of the entity asked about, with the entity at its other end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class TimelineRow(Row):
    """One relationship of the entity asked about, with the entity at its other end."""

    date_time: datetime | None = None
    end: datetime | None = None
    relation: str | None = None
    outgoing: bool | None = None
    kind: str | None = None
    id: str | None = None
    name: str | None = None
    events: int | None = None
    relationship_id: str | None = None
    event_ids: list[str] | None = None
