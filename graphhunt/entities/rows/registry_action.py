"""Rows: what a process (the parent) did to a registry key; there is no child process, so those columns are empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graphhunt.entities.rows.action import Action


@dataclass(slots=True)
class RegistryAction(Action):
    """What a process (the parent) did to a registry key; there is no child process, so those columns are empty."""

    key: str | None = None
    value: str | None = None
    last_seen: datetime | None = None
    actions: int | None = None
    process_id: str | None = None
    user_id: str | None = None
    event_ids: list[str] | None = None
