"""Rows: a machine, with when the question's subject was first and last seen there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class MachineRow(Row):
    """A machine, with when the question's subject was first and last seen there."""

    entity_fields: ClassVar[dict[str, str]] = {"Machine": "muid"}

    muid: str | None = None
    name: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
