"""Rows: a process's connections with one address, port, protocol, direction and outcome."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class Connection(Row):
    """A process's connections with one address, port, protocol, direction and outcome."""

    entity_fields: ClassVar[dict[str, str]] = {
        "Process": "process_id", "User": "user_id", "Machine": "muid", "IP": "remote_ip",
    }  # fmt: skip

    date_time: datetime | None = None
    date: date | None = None
    muid: str | None = None
    logged_user: str | None = None
    parent_filename: str | None = None
    parent_pid: int | None = None
    remote_ip: str | None = None
    remote_port: int | None = None
    local_ip: str | None = None
    local_port: int | None = None
    protocol: str | None = None
    direction: str | None = None
    ipv4_status: str | None = None
    last_seen: datetime | None = None
    connections: int | None = None
    blocked: bool | None = None
    bytes_out: int | None = None
    bytes_in: int | None = None
    process_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None
