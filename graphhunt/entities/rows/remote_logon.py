"""Rows: a logon from a machine or address (`source`) to a machine (`muid`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class RemoteLogon(Row):
    """A logon from a machine or address (`source`) to a machine (`muid`)."""

    entity_fields: ClassVar[dict[str, str]] = {"User": "user_id", "Machine": "muid", "IP": "source_ip"}

    date_time: datetime | None = None
    end: datetime | None = None
    source: str | None = None
    muid: str | None = None
    logged_user: str | None = None
    logon_id: str | None = None
    logon_session_id: str | None = None
    logon_type: int | None = None
    technique: str | None = None
    source_ip: str | None = None
    source_port: int | None = None
    confidence: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None
