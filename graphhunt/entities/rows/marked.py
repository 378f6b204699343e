"""Rows: an act with its attributes."""

from __future__ import annotations

from dataclasses import dataclass

from graphhunt.entities.rows.action import Action


@dataclass(slots=True)
class Marked(Action):
    """An act with its attributes."""

    remote_session: bool | None = None
    external: bool | None = None
    fresh_unknown: bool | None = None
    lan_shared: bool | None = None
