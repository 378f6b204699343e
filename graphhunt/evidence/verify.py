"""Verifies the evidence: every file against the journal, every record against its own id."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from graphhunt.errors import DamageError
from graphhunt.evidence.journal import ENTRY_FILE, SegmentEntry, decode_entry
from graphhunt.evidence.mending import whole_entry
from graphhunt.evidence.proof import file_hash
from graphhunt.evidence.segment import EVIDENCE_FILE, INDEX_FILE
from graphhunt.evidence.segments import Home
from graphhunt.evidence.store import EvidenceStore

BY_ITSELF = "graphhunt makes it again by itself when it is next needed"
FROM_COPY = "put it back from a copy, or load its sources into a new workspace"


class Damage(NamedTuple):
    """One thing that isn't as it was written.

    Attributes:
        file: The file, relative to the workspace.
        problem: What is wrong with it, as one sentence.
        remedy: What to do about it.
        event_ids: The records concerned, where they are known.
    """

    file: str
    problem: str
    remedy: str
    event_ids: tuple[str, ...] = ()


def verify(workspace: Home, evidence: EvidenceStore) -> list[Damage]:
    """List what is damaged or missing in the evidence."""
    found: list[Damage] = []
    for entry in workspace.live():
        found += _segment(workspace, evidence, entry)
    for index in workspace.journal.indexes():
        path = workspace.home / "indexes" / f"{index.id}.bin"
        if problem := problem_of(path, index.hash or None):
            found.append(Damage(place(workspace, path), problem, BY_ITSELF))
    known = workspace.journal.known()
    for folder in sorted((workspace.home / "segments").iterdir()):
        if folder.name not in known:
            remedy = "load its sources again"
            if whole_entry(folder) is None:  # else its own entry was not used, as others hold some of its records
                remedy = f"put evidence/journal/{folder.name}.json back from a copy, or {remedy}"
            found.append(Damage(place(workspace, folder), "the segment has no journal entry and isn't counted", remedy))
    return found


def place(workspace: Home, path: Path) -> str:
    """Name a file as it lies in the workspace."""
    return path.relative_to(workspace.path).as_posix()


def problem_of(path: Path, expected: str | None) -> str | None:
    """Say what is wrong with a file; None if nothing is. Without a hash to compare it has to be readable."""
    try:
        found = file_hash(path)
    except FileNotFoundError:
        return "the file is missing"
    except OSError as error:
        return f"the file can't be read: {error.strerror or error}"
    return None if expected in (None, found) else "the file differs from what was written"


def _segment(workspace: Home, evidence: EvidenceStore, entry: SegmentEntry) -> Iterator[Damage]:
    folder = workspace.folder(entry.id)
    for name, expected in entry.files.items():
        problem = problem_of(folder / name, expected)
        lost = tuple(evidence.damaged_in(entry.id)) if name == EVIDENCE_FILE else ()
        if problem or lost:
            problem = problem or "records differ from their ids"
            remedy = BY_ITSELF if name == INDEX_FILE else FROM_COPY
            yield Damage(place(workspace, folder / name), problem, remedy, lost)
    try:
        decode_entry(folder / ENTRY_FILE, entry.id)
    except DamageError as error:
        yield Damage(
            place(workspace, folder / ENTRY_FILE),
            error.message,
            "remove it; graphhunt writes it again from the journal",
        )
