"""The evidence store: every original record and every fact, kept once, found by event id.

A workspace is a folder. Loads append immutable segments to it; a segment counts from the moment its journal
entry is there, so a load that is killed leaves nothing half done. The graph is computed from the facts of all
segments and can always be made again.
"""

from __future__ import annotations

from graphhunt.evidence.batch import Batch, EventIds
from graphhunt.evidence.journal import SourceEntry
from graphhunt.evidence.store import EvidenceRecord, EvidenceStore
from graphhunt.evidence.workspace import Workspace

__all__ = ["Batch", "EventIds", "EvidenceRecord", "EvidenceStore", "SourceEntry", "Workspace"]
