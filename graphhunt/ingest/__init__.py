"""Reads files, folders and archives through their loaders into a workspace."""

from __future__ import annotations

from graphhunt.ingest.report import LoadReport, Progress
from graphhunt.ingest.run import ingest

__all__ = ["LoadReport", "Progress", "ingest"]
