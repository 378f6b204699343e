"""Rows: an original record that stands behind what was asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class Evidence(Row):
    """An original record that stands behind what was asked about."""

    date_time: datetime | None = None
    source: str | None = None
    file: str | None = None
    position: str | None = None
    host: str | None = None
    code: str | None = None
    record: str | None = None
    event_id: str | None = None
