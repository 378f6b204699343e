"""What the parts of the evidence know of the workspace that they work on."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from graphhunt.evidence.files import FolderLock
from graphhunt.evidence.index import Index
from graphhunt.evidence.journal import Journal, SegmentEntry, SourceEntry
from graphhunt.model import FileWarning


class Segments(Protocol):
    """The segments that count, and where their records are found."""

    def live(self) -> list[SegmentEntry]:
        """List the segments, up to date."""

    def indexes(self) -> list[Index]:
        """Give the indexes that together cover every segment, up to date."""

    def folder(self, segment: str) -> Path:
        """Say where a segment's files are."""

    def entry(self, segment: str) -> SegmentEntry | None:
        """Give a segment's journal entry."""

    def mend_indexes(self) -> bool:
        """Prove every index and write damaged ones again; tell whether any was damaged."""


class Home(Segments, Protocol):
    """The workspace's folder with its journal: what is written to and mended.

    Attributes:
        path: The workspace.
        home: The folder of the evidence in it.
        lock: Held while committing.
        journal: What counts.
    """

    path: Path
    home: Path
    lock: FolderLock
    journal: Journal

    def refresh(self) -> None:
        """See what other processes have committed since."""

    def contents(self) -> list[SourceEntry]:
        """List what was taken from files, one entry per file and segment."""

    def warnings(self) -> list[FileWarning]:
        """List what went wrong with whole files, each once."""
