"""Rows: one logon session of an account on a machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class LogonSession(Row):
    """One logon session of an account on a machine."""

    entity_fields: ClassVar[dict[str, str]] = {"User": "user_id", "Machine": "muid", "IP": "source_ip"}

    date_time: datetime | None = None
    end: datetime | None = None
    muid: str | None = None
    logged_user: str | None = None
    logon_id: str | None = None
    logon_session_id: str | None = None
    logon_type: int | None = None
    auth_package: str | None = None
    source_ip: str | None = None
    source_machine: str | None = None
    technique: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None
