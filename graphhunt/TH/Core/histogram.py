"""Histograms over a result."""

from __future__ import annotations

from graphhunt.entities.histogram import Histogram

__all__ = ["Histogram"]
