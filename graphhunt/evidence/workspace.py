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
from graphhunt.errors import DamageError, UsageError, WorkspaceError
from graphhunt.evidence import upkeep
from graphhunt.evidence.batch import Batch
from graphhunt.evidence.commit import commit
from graphhunt.evidence.contents import kept_records
from graphhunt.evidence.files import FolderLock, Staging, sync_folder, typed_errors, write_atomic
from graphhunt.evidence.index import Index, index_size
from graphhunt.evidence.journal import Journal, SegmentEntry, SourceEntry, new_id
from graphhunt.evidence.mending import mend_indexes
from graphhunt.evidence.proof import prove, seal, unbroken
from graphhunt.evidence.segment import INDEX_FILE
from graphhunt.evidence.store import EvidenceStore
from graphhunt.evidence.tables import kind_struct, polars_schema
from graphhunt.evidence.verify import Damage, verify
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
        held = any((self.home / "journal").glob("*.json"))
        others = {entry.name for entry in self.path.iterdir()} if self.path.exists() else set()
        if "workspace.json" in others:  # another process has made it just now
            return
        if held:
            raise DamageError("the workspace file is missing", where=str(self.path / "workspace.json"))
        if any(name != "evidence" and not name.startswith(".workspace.json.") for name in others):
            raise WorkspaceError("the folder holds something else", where=str(self.path), hint="name an empty folder")
        for folder in (self.path, self.home):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self.lock.held():
            for name in ("journal", "segments", "indexes", "staging"):
                (self.home / name).mkdir(mode=0o700, exist_ok=True)
            if not (self.path / "workspace.json").exists():
                identity = _Identity(FORMAT, secrets.token_hex(16))
                sync_folder(self.home)
                write_atomic(self.path / "workspace.json", seal(msgspec.json.format(msgspec.json.encode(identity))))

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
            DamageError: A file of these facts isn't what was written.
        """
        schema = polars_schema(kind_struct(kind))
        wanted = list(schema if columns is None else columns)
        if unknown := [name for name in wanted if name not in schema]:
            raise UsageError(f"{kind} has no column '{unknown[0]}'", hint="valid: " + ", ".join(schema))
        name = f"{kind}.parquet"
        files = {self.folder(s.id) / name: s.files.get(name, "") for s in self.live() if s.facts.get(kind)}
        for path, known in files.items():
            prove(path, known, f"the file of {kind} facts")
        return _scan(list(files), schema).select(wanted)

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
        """Hash the set of event ids and their loaders' versions: equal for equal sets, however they were loaded."""
        segments = self.live()
        total = sum(int(segment.id_sum, 16) for segment in segments) % (1 << 128)
        sources = (source for segment in segments for source in segment.sources if kept_records(source))
        read = {f"{source.loader} {source.version}" for source in sources}
        return ids.digest("events", str(sum(segment.rows for segment in segments)), f"{total:032x}", *sorted(read))

    def sources(self) -> list[SourceEntry]:
        """List the files read so far, with what was newly taken from each; one entry per file content and loader."""
        merged: dict[tuple[str, str, str], SourceEntry] = {}
        for source in (source for segment in self.live() for source in segment.sources):
            key = (source.file, source.loader, source.sha256)
            merged[key] = _add(merged[key], source) if key in merged else source
        return list(merged.values())

    def contents(self) -> list[SourceEntry]:
        """List what was taken from files, one entry per file and segment."""
        return [source for segment in self.live() for source in segment.sources]

    def warnings(self) -> list[FileWarning]:
        """List what went wrong with whole files, each once."""
        return list(dict.fromkeys(w for segment in self.live() for w in segment.warnings))

    def indexes(self) -> list[Index]:
        """Give the indexes that together cover every segment."""
        self.refresh()
        wanted = self._wanted_indexes()
        if not all(name in self._indexes or _fits(path, rows) for name, (path, _, rows) in wanted.items()):
            self.mend_indexes()
            wanted = self._wanted_indexes()
        with typed_errors(self.path, "read"):
            self._indexes = {
                name: self._indexes.get(name) or Index(path, parts) for name, (path, parts, _) in wanted.items()
            }
        return list(self._indexes.values())

    def _wanted_indexes(self) -> dict[str, tuple[Path, list[str], int]]:
        """Give file, segments and rows of the indexes that together cover every segment."""
        merged = self.journal.indexes()
        covered = {segment for entry in merged for segment in entry.segments}
        wanted = {e.id: (self.home / "indexes" / f"{e.id}.bin", e.segments, e.rows) for e in merged}
        for segment in self.journal.segments():
            if segment.rows and segment.id not in covered:
                wanted[segment.id] = (self.folder(segment.id) / INDEX_FILE, [segment.id], segment.rows)
        return wanted

    def mend_indexes(self) -> bool:
        """Prove every index and write damaged ones again; tell whether any was damaged."""
        damaged = mend_indexes(self)
        if damaged:
            self._indexes = {}
        return damaged

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

    def entry(self, segment: str) -> SegmentEntry | None:
        """Give a segment's journal entry, also that of a replaced one."""
        return self.journal.segment(segment)

    def verify(self) -> list[Damage]:
        """Compare every file and every record with its hash; list what is damaged or missing."""
        return verify(self, self.evidence)


def _fits(path: Path, rows: int) -> bool:
    return path.is_file() and path.stat().st_size == index_size(rows)


def _identity(path: Path) -> str:
    data = path.read_bytes()
    try:
        identity = msgspec.json.decode(data, type=_Identity)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamageError(f"the workspace file is damaged: {error}", where=str(path)) from error
    if not unbroken(data):
        raise DamageError("the workspace file differs from what was written", where=str(path))
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
