"""Periods of time."""

from __future__ import annotations

from graphhunt.entities.period import TimePeriod

__all__ = ["TimePeriod"]
