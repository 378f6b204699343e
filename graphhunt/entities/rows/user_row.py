"""Rows: an account, with when it was first and last seen where the question asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class UserRow(Row):
    """An account, with when it was first and last seen where the question asks."""

    entity_fields: ClassVar[dict[str, str]] = {"User": "user_id"}

    logged_user: str | None = None
    user_id: str | None = None
    kind: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
