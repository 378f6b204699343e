"""Periods, histograms and collections under the documents' names."""

from __future__ import annotations

from graphhunt.TH.Core import THCollection, histogram, period

__all__ = ["THCollection", "histogram", "period"]
