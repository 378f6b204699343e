"""Reads files, folders and archives through their loaders into a workspace."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from graphhunt import loading
from graphhunt.archives import Expansion, Limits
from graphhunt.errors import LoadError
from graphhunt.evidence import Batch, SourceEntry, Workspace
from graphhunt.loading import Loader, Source
from graphhunt.model import FileWarning, Record, Rejected

BATCH_RECORDS = 50_000
BATCH_BYTES = 64 * 1024 * 1024
"""A batch is committed when it has so many records or bytes."""

_TICK = 0.2
_TICK_RECORDS = 512

Progress = Callable[[str, int, int, int], None]
"""Called with the phase (`read`), bytes done, bytes in all, and events read so far."""

Loaders = dict[str, Loader]


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
            for reason, number in source.skipped.items():
                self.events_skipped[reason] = self.events_skipped.get(reason, 0) + number


class _Watched(Source):
    """A source that tells how far it has been read, if its loader opens it as a stream."""

    def open(self) -> BinaryIO:
        """Open the source and keep an eye on the stream."""
        stream = super().open()
        self.__dict__["stream"] = stream
        return stream

    def position(self) -> int:
        """Give the bytes read so far; 0 if that isn't known."""
        stream = self.__dict__.get("stream")
        return stream.tell() if stream is not None and not stream.closed else 0


class Intake:
    """Reads one source after the other and commits what they give in batches.

    Args:
        workspace: Where everything is kept.
        known: Loaders by name.
        format: Name of the loader to use for all files; None to recognise each.
        strict: Raise at the first thing that can't be read, instead of counting it.
        client_id: The tenant that the records belong to.
    """

    def __init__(
        self,
        workspace: Workspace,
        known: Loaders,
        *,
        format: str | None = None,
        strict: bool = False,
        client_id: str = "default",
    ) -> None:
        self.report = LoadReport()
        self.events = 0
        self._workspace = workspace
        self._known = known
        self._format = format
        self._strict = strict
        self._client_id = client_id
        self._batch = Batch(client_id)

    def read(self, source: Source, tick: Callable[[], None]) -> None:
        """Read a source to its end.

        Args:
            source: The file.
            tick: Called now and then.

        Raises:
            LoadError: It can't be read, and the load is strict.
        """
        try:
            loader = self._choose(source)
            entry = describe(source, loader.name)
        except (LoadError, OSError) as error:
            self.reject_file(FileWarning(file=source.name, loader="", reason=_reason(error)))
            return
        self._batch.begin(entry)
        before = self.events
        for number, item in enumerate(_guarded(loader, source)):
            if number % _TICK_RECORDS == 0:
                tick()
            self._take(item, source, entry)
        if self.events > before or not self._failed(source.name):
            self.report.files += 1
        else:
            self.report.files_rejected += 1

    def _choose(self, source: Source) -> Loader:
        if source.path.stat().st_size == 0:
            raise LoadError("the file is empty")
        return loading.choose(source, name=self._format, known=lambda: self._known)

    def _failed(self, name: str) -> bool:
        return any(warning.file == name for warning in self.report.warnings)

    def _take(self, item: Record | FileWarning, source: Source, entry: SourceEntry) -> None:
        if isinstance(item, FileWarning):
            self.warn(item)
            return
        if self._strict and isinstance(item.outcome, Rejected):
            raise LoadError(item.outcome.reason, where=f"{source.name}, {item.position}")
        self._batch.add(item)
        self.events += 1
        if len(self._batch.rows) >= BATCH_RECORDS or self._batch.size >= BATCH_BYTES:
            self.flush()
            self._batch.begin(entry)

    def warn(self, warning: FileWarning) -> None:
        """Keep a warning.

        Raises:
            LoadError: The load is strict.
        """
        if self._strict:
            raise LoadError(warning.reason, where=warning.file)
        self.report.warnings.append(warning)
        self._batch.warnings.append(warning)

    def reject_file(self, warning: FileWarning) -> None:
        """Keep a warning about a file of which nothing could be read.

        Raises:
            LoadError: The load is strict.
        """
        self.warn(warning)
        self.report.files_rejected += 1

    def flush(self) -> None:
        """Commit what has come together.

        Raises:
            WorkspaceError: The workspace can't be written.
            LoadError: The load is strict, and a loader gave facts that can't be kept.
        """
        batch, self._batch = self._batch, Batch(self._client_id)
        sources = self._workspace.commit(batch)
        self.report.count(sources)
        if self._strict and any(source.rejected for source in sources):
            raise LoadError("a loader gave facts that can't be kept", hint="see the rejected records")


def ingest(  # noqa: PLR0913 - all options are by keyword
    workspace: Workspace,
    paths: Iterable[str | Path],
    *,
    format: str | None = None,
    strict: bool = False,
    progress: Progress | None = None,
    client_id: str = "default",
    known: Loaders | None = None,
    limits: Limits | None = None,
) -> LoadReport:
    """Read everything below some paths into a workspace.

    What was committed stays if the load is interrupted; repeating it completes it, and nothing counts twice.

    Args:
        workspace: Where records and facts are kept.
        paths: Files, folders and archives.
        format: Name of the loader to use for all files; None to recognise each by its content.
        strict: Raise at the first rejected record, unknown file or warning.
        progress: Called a few times per second.
        client_id: The tenant that the records belong to.
        known: Loaders by name; those of the entry points if None.
        limits: Limits for archives.

    Raises:
        LoadError: A path doesn't exist; or the load is strict and something can't be read.
        UsageError: No loader is called `format`.
        WorkspaceError: The workspace can't be written.
    """
    intake = Intake(
        workspace, loading.loaders() if known is None else known, format=format, strict=strict, client_id=client_id
    )
    with Expansion(paths, limits=limits, folder=workspace.home / "staging") as expansion:
        for item in expansion:
            if isinstance(item, FileWarning):
                intake.reject_file(item)
                continue
            source = _Watched(*item)
            intake.read(source, _ticker(progress, expansion, intake, source))
            expansion.release(source)
        intake.flush()
        if progress:
            progress("read", expansion.total_bytes, expansion.total_bytes, intake.events)
    return intake.report


def _ticker(progress: Progress | None, expansion: Expansion, intake: Intake, source: _Watched) -> Callable[[], None]:
    last = 0.0

    def tick() -> None:
        nonlocal last
        if progress is not None and time.monotonic() - last >= _TICK:
            last = time.monotonic()
            done = expansion.done_bytes + expansion.weigh(source, source.position())
            progress("read", done, expansion.total_bytes, intake.events)

    return tick


def describe(source: Source, loader: str) -> SourceEntry:
    """Give the size and hash of a source."""
    with source.path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        return SourceEntry(file=source.name, loader=loader, sha256=sha256, bytes=stream.tell())


def _guarded(loader: Loader, source: Source) -> Iterator[Record | FileWarning]:
    """Read a source; whatever a loader raises ends only this source."""
    try:
        yield from loader.read(source)
    except (LoadError, OSError) as error:
        yield FileWarning(file=source.name, loader=loader.name, reason=_reason(error))
    except Exception as error:  # a loader is a plugin: its fault must not end the load
        reason = f"the loader failed: {type(error).__name__}: {error}"
        yield FileWarning(file=source.name, loader=loader.name, reason=reason)


def _reason(error: Exception) -> str:
    if isinstance(error, LoadError):
        return f"{error.message} ({error.hint})" if error.hint else error.message
    return f"the file can't be read: {error}"
