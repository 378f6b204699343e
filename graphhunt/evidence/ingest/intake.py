"""Takes what loaders give for one source after the other, and commits it in batches."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import BinaryIO

import msgspec

from graphhunt.errors import LoadError
from graphhunt.evidence import Batch, SourceEntry, Workspace
from graphhunt.evidence.batch import DUPLICATE
from graphhunt.evidence.ingest.report import LoadReport, Options
from graphhunt.evidence.ingest.slices import Slice
from graphhunt.model import FileWarning, Record, Rejected
from graphhunt.sources import loading
from graphhunt.sources.loading import Loader, Source, version_of
from graphhunt.sources.sandbox import Sandbox

BATCH_RECORDS = 50_000
BATCH_BYTES = 64 * 1024 * 1024
"""A batch is committed when it has so many records or bytes."""

_TICK_RECORDS = 512


class Watched(Source):
    """A source that tells how far it has been read, if its loader opens it as a stream."""

    _stream: BinaryIO | None = None

    def open(self) -> BinaryIO:
        """Open the source and keep an eye on the stream."""
        self._stream = super().open()
        return self._stream

    def position(self) -> int:
        """Give the bytes read so far; 0 if that isn't known."""
        stream = self._stream
        return stream.tell() if stream is not None and not stream.closed else 0


class Intake:
    """Reads sources into a workspace. Use it as a context manager: leaving it well commits the rest.

    Attributes:
        report: What was done so far.
        events: Records read so far, committed or not.
    """

    def __init__(self, workspace: Workspace, options: Options) -> None:
        """Set where to and how."""
        self.report = LoadReport()
        self.events = 0
        self._workspace = workspace
        self._options = options
        self._by_name = {loader.name: loader for loader in options.known.values()}
        self._sandbox = Sandbox(options.sandbox)
        self._batch = Batch(options.client_id)
        self._held = 0  # records of the source being read, in batches that weren't kept

    def __enter__(self) -> Intake:
        """Use it for a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit what is left unless there was an error, and end the sandbox."""
        self._sandbox.close()
        if kind is None:
            self._flush()

    def read(self, source: Source, tick: Callable[[], None], entry: SourceEntry | None = None) -> int | None:
        """Read a source to its end; `tick` is called now and then.

        Args:
            source: The source, or a slice of one.
            tick: Called now and then.
            entry: What `describe` said of it, if that was asked already.

        Returns:
            Its records if it was read to its end without a warning, else None.

        Raises:
            LoadError: It can't be read, and the load is strict.
            WorkspaceError: The workspace can't be written.
        """
        try:
            entry = entry or self.describe(source)
        except (LoadError, OSError) as error:
            self.reject_file(unreadable(source, error))
            return None
        loader = self.loader(entry)
        self._batch.begin(entry)
        self._held = 0
        events, warnings = self.events, len(self.report.warnings)
        for number, item in enumerate(self._records(loader, source)):
            if number % _TICK_RECORDS == 0:
                tick()
            self._take(item, source, entry)
        records, whole = self.events - events, len(self.report.warnings) == warnings
        if whole:
            self._batch.end(records, self._held)
        if isinstance(source, Slice) and source.part.start:
            pass  # the file was counted with its first slice
        elif records or whole:
            self.report.files += 1
        else:
            self.report.files_rejected += 1
        return records if whole else None

    def repeat(self, entry: SourceEntry, records: int, *, held: bool) -> None:
        """Count a file whose content is read already: `held` by the workspace before, or in this load."""
        self.report.files += 1
        self.events += records
        if held:
            self.report.count([msgspec.structs.replace(entry, read=records, skipped=_duplicates(records))])
        else:
            self._batch.repeat(entry, records)

    def reject_file(self, warning: FileWarning) -> None:
        """Count a file of which nothing can be read.

        Raises:
            LoadError: The load is strict.
        """
        self._warn(warning)
        self.report.files_rejected += 1

    def choose(self, source: Source) -> Loader:
        """Pick the loader of a source.

        Raises:
            LoadError: None knows it, or it is empty.
            UsageError: No loader has the name that was asked for.
        """
        if source.path.stat().st_size == 0:
            raise LoadError("the file is empty")
        return loading.choose(source, name=self._options.format, known=lambda: self._options.known)

    def loader(self, entry: SourceEntry) -> Loader:
        """Give the loader that a source was described with."""
        return self._by_name[entry.loader]

    def describe(self, source: Source) -> SourceEntry:
        """Say which loader reads a source, and give its size and hash.

        Raises:
            LoadError: No loader knows it, or it is empty.
            UsageError: No loader has the name that was asked for.
        """
        loader = self.choose(source)
        with source.path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
        return SourceEntry(
            file=source.name,
            loader=loader.name,
            sha256=sha256,
            bytes=size,
            client_id=self._options.client_id,
            version=version_of(loader),
            part=(0, size),
        )

    def _records(self, loader: Loader, source: Source) -> Iterator[Record | FileWarning]:
        if loader.isolated:
            return self._sandbox.read(loader, source)
        records = _guarded(loader, source)
        return _placed(records, source) if isinstance(source, Slice) else records

    def _take(self, item: Record | FileWarning, source: Source, entry: SourceEntry) -> None:
        if isinstance(item, FileWarning):
            self._warn(item)
            return
        if self._options.strict and isinstance(item.outcome, Rejected):
            raise LoadError(item.outcome.reason, where=f"{source.name}, {item.position}")
        self._batch.add(item)
        self.events += 1
        if len(self._batch.rows) >= BATCH_RECORDS or self._batch.size >= BATCH_BYTES:
            self._flush()
            self._batch.begin(entry)

    def _warn(self, warning: FileWarning) -> None:
        if self._options.strict:
            raise LoadError(warning.reason, where=warning.file)
        self.report.warnings.append(warning)
        self._batch.warnings.append(warning)

    def _flush(self) -> None:
        batch, self._batch = self._batch, Batch(self._options.client_id)
        sources = self._workspace.commit(batch)
        self.report.count(sources)
        self._held += 0 if batch.kept or not sources else sources[-1].read
        if self._options.strict and any(source.rejected for source in sources):
            raise LoadError("a loader gave facts that can't be kept", hint="see the rejected records")


def unreadable(source: Source, error: Exception) -> FileWarning:
    """Say why nothing of a source can be read."""
    return FileWarning(file=source.name, loader="", reason=_reason(error))


def _duplicates(records: int) -> dict[str, int]:
    return {DUPLICATE: records} if records else {}


def _guarded(loader: Loader, source: Source) -> Iterator[Record | FileWarning]:
    """Read a source; whatever a loader raises ends only this source."""
    try:
        yield from loader.read(source)
    except (LoadError, OSError) as error:
        yield FileWarning(file=source.name, loader=loader.name, reason=_reason(error))
    except Exception as error:  # a loader is a plugin: its fault must not end the load
        reason = f"the loader failed: {type(error).__name__}: {error}"
        yield FileWarning(file=source.name, loader=loader.name, reason=reason)


def _placed(items: Iterator[Record | FileWarning], source: Slice) -> Iterator[Record | FileWarning]:
    """Give what a slice holds its place in the whole file."""
    for item in items:
        yield msgspec.structs.replace(item, position=source.position(item.position))


def _reason(error: Exception) -> str:
    if isinstance(error, LoadError):
        return f"{error.message} ({error.hint})" if error.hint else error.message
    return f"the file can't be read: {error}"
