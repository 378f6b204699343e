"""Rows: one DNS name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class DomainRow(Row):
    """One DNS name."""

    entity_fields: ClassVar[dict[str, str]] = {"Domain": "domain"}

    domain: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
