"""Export: the graph in formats that other programs read."""

from __future__ import annotations

from graphhunt.case.export.formats import FORMATS, export

__all__ = ["FORMATS", "export"]
