"""The workspace: a folder that holds all evidence of an investigation.

- `workspace.json`: format and id
- `evidence/lock`: held while committing
- `evidence/journal/`: one JSON file per committed piece
- `evidence/segments/ID/`: original records, facts by kind, index
- `evidence/indexes/`: merged indexes
- `evidence/staging/`: files being written; dead ones are removed at the next opening
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from graphhunt import ids
from graphhunt.errors import UsageError, WorkspaceError
from graphhunt.evidence import upkeep
from graphhunt.evidence.batch import Batch
from graphhunt.evidence.commit import commit
from graphhunt.evidence.files import FolderLock, Staging, sync_folder, typed_errors, write_atomic
from graphhunt.evidence.index import Index
from graphhunt.evidence.journal import Journal, SegmentEntry, SourceEntry, new_id
from graphhunt.evidence.segment import INDEX_FILE
from graphhunt.evidence.store import EvidenceStore
from graphhunt.evidence.tables import kind_struct, polars_schema
from graphhunt.model import FileWarning

if TYPE_CHECKING:
    import polars as pl

FORMAT = 1
"""Version of the folder's layout; a workspace of another version is refused."""


class _Identity(msgspec.Struct):
    format: int
    id: str


class Workspace:
    """Opens a workspace folder, or makes one.

    Args:
        path: The folder; made with mode 0700 when absent.

    Raises:
        WorkspaceError: The folder holds something else, is damaged, of another version, or can't be written.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path).absolute()
        self.home = self.path / "evidence"
        self.lock = FolderLock(self.home / "lock")
        self.journal = Journal(self.home / "journal")
        self._indexes: dict[str, Index] = {}
        with typed_errors(self.path, "open"):
            if not (self.path / "workspace.json").is_file():
                self._create()
            self.id = _identity(self.path / "workspace.json")
            upkeep.collect_garbage(self)
            self.journal.refresh()
        self.evidence = EvidenceStore(self)

    def _create(self) -> None:
        if self.path.exists() and any(e.name != "evidence" for e in self.path.iterdir()):
            raise WorkspaceError("the folder holds something else", where=str(self.path), hint="name an empty folder")
        for folder in (self.path, self.home):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.lock.held():
            for name in ("journal", "segments", "indexes", "staging"):
                (self.home / name).mkdir(mode=0o700, exist_ok=True)
            if not (self.path / "workspace.json").exists():
                identity = _Identity(FORMAT, secrets.token_hex(16))
                sync_folder(self.home)
                write_atomic(self.path / "workspace.json", msgspec.json.encode(identity))

    def refresh(self) -> None:
        """See what other processes have committed since."""
        with typed_errors(self.path, "read"):
            self.journal.refresh()

    def folder(self, segment: str) -> Path:
        """Say where a segment's files are."""
        return self.home / "segments" / segment

    def live(self) -> list[SegmentEntry]:
        """List the committed segments, oldest first."""
        self.refresh()
        return self.journal.segments()

    def facts(self, kind: str, columns: Iterable[str] | None = None) -> pl.LazyFrame:
        """Give all facts of one kind.

        Args:
            kind: The tag of a fact struct, such as `logon`.
            columns: Only these columns; all if None.

        Returns:
            `event_id`, `ordinal`, `source` (the loader), `client_id` and the struct's fields, unique by (event_id,
            ordinal), in no particular order; the same columns when there are no rows.

        Raises:
            UsageError: No fact or column has this name.
        """
        schema = polars_schema(kind_struct(kind))
        wanted = list(schema if columns is None else columns)
        if unknown := [name for name in wanted if name not in schema]:
            raise UsageError(f"{kind} has no column '{unknown[0]}'", hint="valid: " + ", ".join(schema))
        files = [self.folder(s.id) / f"{kind}.parquet" for s in self.live() if s.facts.get(kind)]
        return _scan(files, schema).select(wanted)

    def fact_counts(self) -> dict[str, int]:
        """Count the facts of each kind that has any."""
        counts: dict[str, int] = {}
        for segment in self.live():
            for kind, rows in segment.facts.items():
                counts[kind] = counts.get(kind, 0) + rows
        return dict(sorted(counts.items()))

    def events(self) -> int:
        """Count the original records kept: loaded, skipped and rejected ones."""
        return sum(segment.rows for segment in self.live())

    def fingerprint(self) -> str:
        """Hash the set of event ids: equal for equal sets, however they were loaded."""
        segments = self.live()
        total = sum(int(segment.id_sum, 16) for segment in segments) % (1 << 128)
        return ids.digest("events", str(sum(segment.rows for segment in segments)), f"{total:032x}")

    def sources(self) -> list[SourceEntry]:
        """List the files read so far, with what was newly taken from each; one entry per file content and loader."""
        merged: dict[tuple[str, str, str], SourceEntry] = {}
        for source in (source for segment in self.live() for source in segment.sources):
            key = (source.file, source.loader, source.sha256)
            merged[key] = _add(merged[key], source) if key in merged else source
        return list(merged.values())

    def warnings(self) -> list[FileWarning]:
        """List what went wrong with whole files, each once."""
        return list(dict.fromkeys(w for segment in self.live() for w in segment.warnings))

    def indexes(self) -> list[Index]:
        """Give the indexes that together cover every segment."""
        self.refresh()
        merged = self.journal.indexes()
        covered = {segment for entry in merged for segment in entry.segments}
        wanted = {e.id: (self.home / "indexes" / f"{e.id}.bin", e.segments) for e in merged}
        for segment in self.journal.segments():
            if segment.rows and segment.id not in covered:
                wanted[segment.id] = (self.folder(segment.id) / INDEX_FILE, [segment.id])
        with typed_errors(self.path, "read"):
            self._indexes = {
                name: self._indexes.get(name) or Index(path, parts) for name, (path, parts) in wanted.items()
            }
        return list(self._indexes.values())

    def commit(self, batch: Batch) -> list[SourceEntry]:
        """Keep a batch, leaving out what the workspace holds already; give the counts per source.

        Raises:
            WorkspaceError: The disk refuses (full, read-only); the workspace is as before.
        """
        with typed_errors(self.path):
            counts = commit(self, batch)
            upkeep.tidy(self)
        return counts

    def scratch(self) -> Staging:
        """Make a private folder on the workspace's disk, gone after the block (or with the process)."""
        with typed_errors(self.path):
            return Staging(self.home / "staging", new_id())

    def verify(self) -> list[str]:
        """Compare every file with the hash in the journal; name the damaged and missing ones."""
        return upkeep.verify(self)


def _identity(path: Path) -> str:
    try:
        identity = msgspec.json.decode(path.read_bytes(), type=_Identity)
    except msgspec.DecodeError as error:
        raise WorkspaceError("the workspace file is damaged", where=str(path), hint=str(error)) from error
    if identity.format != FORMAT:
        hint = "load the evidence into a new workspace"
        raise WorkspaceError(f"the workspace has format {identity.format}, not {FORMAT}", where=str(path), hint=hint)
    return identity.id


def _scan(files: list[Path], schema: dict[str, Any]) -> pl.LazyFrame:
    import polars as pl  # not at the top: processes that only load have no use for it

    if not files:
        return pl.LazyFrame(schema=schema)
    # A file written before a field was added to the model lacks its column: it is null there.
    return pl.scan_parquet(files, schema=schema, missing_columns="insert", extra_columns="ignore", glob=False)


def _add(one: SourceEntry, other: SourceEntry) -> SourceEntry:
    skipped = dict(one.skipped)
    for reason, n in other.skipped.items():
        skipped[reason] = skipped.get(reason, 0) + n
    return msgspec.structs.replace(
        one,
        read=one.read + other.read,
        loaded=one.loaded + other.loaded,
        skipped=skipped,
        rejected=one.rejected + other.rejected,
    )
