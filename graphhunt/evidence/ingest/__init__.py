"""Reads files, folders and archives through their loaders into a workspace."""

from __future__ import annotations

from graphhunt.evidence.ingest.report import LoadReport, Progress
from graphhunt.evidence.ingest.run import ingest

__all__ = ["LoadReport", "Progress", "ingest"]
