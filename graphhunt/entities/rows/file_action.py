"""Rows: what a process (the parent) did to a file (the child)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.action import Action
from graphhunt.entities.rows.marked import Marked


@dataclass(slots=True)
class FileAction(Marked):
    """What a process (the parent) did to a file (the child)."""

    entity_fields: ClassVar[dict[str, str]] = {**Action.entity_fields, "File": "file_id"}

    last_seen: datetime | None = None
    actions: int | None = None
    process_id: str | None = None
    file_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None
