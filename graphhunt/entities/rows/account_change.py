"""Rows: something an account did to an account or a group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class AccountChange(Row):
    """Something an account (`logged_user`) did to an account or a group (`target`)."""

    entity_fields: ClassVar[dict[str, str]] = {"User": "user_id", "Machine": "muid"}

    date_time: datetime | None = None
    end: datetime | None = None
    muid: str | None = None
    logged_user: str | None = None
    action: str | None = None
    target: str | None = None
    target_kind: str | None = None
    success: bool | None = None
    changes: str | None = None
    user_id: str | None = None
    target_id: str | None = None
    member_id: str | None = None
    event_ids: list[str] | None = None
