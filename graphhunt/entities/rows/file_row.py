"""Rows: one file: its content where a hash is known, else a path on a machine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class FileRow(Row):
    """One file: its content where a hash is known, else a path on a machine."""

    entity_fields: ClassVar[dict[str, str]] = {"File": "file_id", "Machine": "muid"}

    name: str | None = None
    path: str | None = None
    md5: str | None = None
    sha1: str | None = None
    sha256: str | None = None
    muid: str | None = None
    signature: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    file_id: str | None = None
