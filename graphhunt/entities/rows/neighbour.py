"""Rows: an entity next to the one asked about, with their relationships of one type added up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class Neighbour(Row):
    """An entity next to the one asked about, with their relationships of one type added up."""

    date_time: datetime | None = None
    last_seen: datetime | None = None
    relation: str | None = None
    outgoing: bool | None = None
    kind: str | None = None
    id: str | None = None
    name: str | None = None
    relationships: int | None = None
    events: int | None = None
