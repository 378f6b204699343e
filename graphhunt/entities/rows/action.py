"""Rows: what a process (the parent) did to something (the child): the columns that all tables of acts begin with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class Action(Row):
    """What a process (the parent) did to something (the child): the columns that all tables of acts begin with."""

    entity_fields: ClassVar[dict[str, str]] = {"Process": "process_id", "User": "user_id", "Machine": "muid"}

    date_time: datetime | None = None
    muid: str | None = None
    logged_user: str | None = None
    child_filename: str | None = None
    child_path: str | None = None
    child_md5: str | None = None
    child_pid: int | None = None
    parent_filename: str | None = None
    parent_md5: str | None = None
    parent_pid: int | None = None
    command_line: str | None = None
    remote_ip: str | None = None
    operation: str | None = None
