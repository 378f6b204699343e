"""Rows: one process instance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class ProcessRow(Row):
    """One process instance."""

    entity_fields: ClassVar[dict[str, str]] = {"Process": "id", "Machine": "muid"}

    id: str | None = None
    name: str | None = None
    path: str | None = None
    md5: str | None = None
    sha256: str | None = None
    pid: int | None = None
    muid: str | None = None
    command_line: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    stub: bool | None = None
