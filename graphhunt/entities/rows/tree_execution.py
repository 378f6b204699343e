"""Rows: a process of an execution tree; `depth` is negative above the process asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.action import Action
from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class TreeExecution(Row):
    """A process of an execution tree; `depth` is negative above the process asked for."""

    entity_fields: ClassVar[dict[str, str]] = Action.entity_fields

    date_time: datetime | None = None
    muid: str | None = None
    logged_user: str | None = None
    child_filename: str | None = None
    child_md5: str | None = None
    child_pid: int | None = None
    parent_filename: str | None = None
    parent_md5: str | None = None
    parent_pid: int | None = None
    command_line: str | None = None
    remote_ip: str | None = None
    operation: str | None = None
    child_path: str | None = None
    depth: int | None = None
    process_id: str | None = None
    parent_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None
