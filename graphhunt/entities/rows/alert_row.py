"""Rows: one alert of a product or rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from graphhunt.entities.rows.row import Row


@dataclass(slots=True)
class AlertRow(Row):
    """One alert of a product or rule."""

    entity_fields: ClassVar[dict[str, str]] = {"Alert": "alert_id"}

    name: str | None = None
    rule: str | None = None
    level: str | None = None
    technique: list[str] | None = None
    action: str | None = None
    detection_id: str | None = None
    product: str | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    alert_id: str | None = None
