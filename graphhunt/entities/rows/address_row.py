"""Rows: one address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class AddressRow(Row):
    """One address."""

    entity_fields: ClassVar[dict[str, str]] = {"IP": "ip"}

    ip: str | None = None
    scope: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
