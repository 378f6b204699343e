"""What a load is asked for, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from graphhunt.evidence import SourceEntry
from graphhunt.model import FileWarning
from graphhunt.sources.loading import Loader

Progress = Callable[[str, int, int, int], None]
"""Called with the phase (`read`), bytes done, bytes in all, and events read so far."""

Loaders = Mapping[str, Loader]


class Options(NamedTuple):
    """How to load.

    Attributes:
        format: Name of the loader for all files; None to recognise each.
        strict: Raise at the first thing that can't be read, instead of counting it.
        client_id: The tenant that the records belong to.
    """

    format: str | None = None
    strict: bool = False
    client_id: str = "default"


class LoadReport(msgspec.Struct, kw_only=True):
    """What a load did; always `events_read = events_loaded + sum(events_skipped) + events_rejected`.

    Attributes:
        files: Files that a loader read, members of archives counted singly.
        files_rejected: Files that could not be read, or that no loader knows; each has a warning.
        events_read: Records found.
        events_loaded: Records that gave facts and are new.
        events_skipped: Records that gave none, by reason; `duplicate` are those the workspace had already.
        events_rejected: Damaged records; kept, see `Workspace.evidence.rejects`.
        warnings: What went wrong with whole files.
    """

    files: int = 0
    files_rejected: int = 0
    events_read: int = 0
    events_loaded: int = 0
    events_skipped: dict[str, int] = {}
    events_rejected: int = 0
    warnings: list[FileWarning] = []

    def count(self, sources: Iterable[SourceEntry]) -> None:
        """Add what was committed from some sources."""
        for source in sources:
            self.events_read += source.read
            self.events_loaded += source.loaded
            self.events_rejected += source.rejected
            self._skip(source.skipped)

    def warning_rows(self) -> list[dict[str, Any]]:
        """Give the warnings as plain values."""
        names = ("file", "loader", "reason", "position")
        return [{name: getattr(warning, name) for name in names} for warning in self.warnings]

    def _skip(self, skipped: dict[str, int]) -> None:
        for reason, number in skipped.items():
            self.events_skipped[reason] = self.events_skipped.get(reason, 0) + number
