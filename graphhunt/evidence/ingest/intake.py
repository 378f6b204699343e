"""Takes what the workers give for files, and commits it in batches."""

from __future__ import annotations

from types import TracebackType

import msgspec

from graphhunt.errors import LoadError
from graphhunt.evidence import Batch, SourceEntry, Workspace
from graphhunt.evidence.batch import DUPLICATE
from graphhunt.evidence.ingest.repeats import Task
from graphhunt.evidence.ingest.report import LoadReport, Options
from graphhunt.model import FileWarning, Record, Rejected
from graphhunt.sources.slices import Slice

BATCH_RECORDS = 50_000
BATCH_BYTES = 64 * 1024 * 1024
"""A batch is committed when it has so many records or bytes."""

WARNINGS = 1000
"""So many warnings of one file are kept; of the others it is said how many there were."""


class Reading:
    """A file, or a slice of one, that is being read.

    Args:
        task: What is read.

    Attributes:
        number: Its number in the current batch; None if it has none there.
        records: Records taken so far.
        held: Those of them that were in batches which weren't kept.
        warnings: Warnings it has given.
        whole: Whether it was read without a warning.
    """

    def __init__(self, task: Task) -> None:
        self.task = task
        self.number: int | None = None
        self.records = 0
        self.held = 0
        self.warnings = 0
        self.whole = True


class Intake:
    """Takes records into a workspace. Use it as a context manager: leaving it well commits the rest.

    Several files may be read at the same time.

    Attributes:
        report: What was done so far.
        events: Records taken so far, committed or not.
    """

    def __init__(self, workspace: Workspace, options: Options) -> None:
        """Set where to and how."""
        self.report = LoadReport()
        self.events = 0
        self._workspace = workspace
        self._options = options
        self._batch = Batch(options.client_id)
        self._open: list[Reading] = []

    def __enter__(self) -> Intake:
        """Use it for a block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit what is left unless there was an error."""
        if kind is None:
            self._flush()

    def take(self, reading: Reading, item: Record | FileWarning) -> None:
        """Take what a file gives.

        Raises:
            LoadError: It is damaged, and the load is strict.
            WorkspaceError: The workspace can't be written.
        """
        if isinstance(item, FileWarning):
            reading.whole = False
            reading.warnings += 1
            if reading.warnings <= WARNINGS:
                self.warn(msgspec.structs.replace(item, file=reading.task.source.name))
            return
        if self._options.strict and isinstance(item.outcome, Rejected):
            raise LoadError(item.outcome.reason, where=f"{reading.task.source.name}, {item.position}")
        self._batch.add(item, self._begun(reading))
        reading.records += 1
        self.events += 1
        if len(self._batch.rows) >= BATCH_RECORDS or self._batch.size >= BATCH_BYTES:
            self._flush()

    def end(self, reading: Reading) -> int | None:
        """Take note that a file has ended; give its records if it was read without a warning, else None."""
        number = self._begun(reading)
        if more := max(0, reading.warnings - WARNINGS):
            entry = reading.task.entry
            self.warn(FileWarning(entry.file, entry.loader, f"{more:,} more warnings of this file"))
        if reading.whole:
            self._batch.end(reading.records, reading.held, number)
        self._open.remove(reading)
        source = reading.task.source
        if isinstance(source, Slice) and source.part.start:
            pass  # the file was counted with its first slice
        elif reading.records or reading.whole:
            self.report.files += 1
        else:
            self.report.files_rejected += 1
        return reading.records if reading.whole else None

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
        self.warn(warning)
        self.report.files_rejected += 1

    def warn(self, warning: FileWarning) -> None:
        """Keep a warning.

        Raises:
            LoadError: The load is strict.
        """
        if self._options.strict:
            raise LoadError(warning.reason, where=warning.file)
        self.report.warnings.append(warning)
        self._batch.warnings.append(warning)

    def _begun(self, reading: Reading) -> int:
        """Give a file's number in the batch."""
        if reading.number is None:
            reading.number = self._batch.begin(reading.task.entry)
            if reading not in self._open:
                self._open.append(reading)
        return reading.number

    def _flush(self) -> None:
        batch, self._batch = self._batch, Batch(self._options.client_id)
        batch.sort()
        sources = self._workspace.commit(batch)
        self.report.count(sources)
        for reading in self._open:
            if reading.number is not None and not batch.kept:
                reading.held += sources[reading.number].read
            reading.number = None
        if self._options.strict and any(source.rejected for source in sources):
            raise LoadError("a loader gave facts that can't be kept", hint="see the rejected records")


def _duplicates(records: int) -> dict[str, int]:
    return {DUPLICATE: records} if records else {}
