"""Rows: what a product or rule found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class Detection(Row):
    """What a product or rule found."""

    entity_fields: ClassVar[dict[str, str]] = {
        "Alert": "alert_id", "Process": "process_id", "User": "user_id", "Machine": "muid", "File": "file_id",
    }  # fmt: skip

    date_time: datetime | None = None
    client_id: str | None = None
    muid: str | None = None
    logged_user: str | None = None
    child_md5: str | None = None
    child_path: str | None = None
    child_filename: str | None = None
    parent_md5: str | None = None
    parent_path: str | None = None
    parent_filename: str | None = None
    winning_tech: str | None = None
    detection_id: str | None = None
    action: str | None = None
    rule: str | None = None
    level: str | None = None
    alert_id: str | None = None
    process_id: str | None = None
    file_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None
