"""Rows: what a product stopped."""

from __future__ import annotations

from dataclasses import dataclass

from graphhunt.entities.rows.detection import Detection


@dataclass(slots=True)
class Block(Detection):
    """What a product stopped."""
