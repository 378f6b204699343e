"""The casebook: what analysts write about a hunt (cases, notes, tags, verdicts, pinned evidence, saved views).

It lives in a small database beside the graph. Telemetry is never changed by it, and nothing written is lost:
every edit names the version it is based on, and every version is kept.
"""

from __future__ import annotations

from graphhunt.case.casebook.bodies import ITEM_TYPES, VERDICTS
from graphhunt.case.casebook.book import Casebook, Target

__all__ = ["ITEM_TYPES", "VERDICTS", "Casebook", "Target"]
