"""Loads what the user named: workers read it, this process keeps what they give."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec.structs import replace

from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest.intake import Intake, Reading
from graphhunt.evidence.ingest.looking import look
from graphhunt.evidence.ingest.repeats import Repeats, Task
from graphhunt.evidence.ingest.report import Loaders, LoadReport, Options, Progress
from graphhunt.model import FileWarning
from graphhunt.sources import slices
from graphhunt.sources.archives import Expansion, Limits
from graphhunt.sources.loading import Source
from graphhunt.sources.pool import Pool, WorkerLimits

WORTH_BYTES = 8 * 1024 * 1024
"""A load of more than one file and this many bytes is shared between several workers."""

_TICK = 0.2
_MOST_WORKERS = 8


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
    worker_limits: WorkerLimits | None = None,
    workers: int | None = None,
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
        worker_limits: What a worker may take for one file.
        workers: Workers to share a big load between; one per core (8 at most) if None.

    Raises:
        LoadError: A path doesn't exist; or the load is strict and something can't be read.
        UsageError: No loader is called `format`, or one of `known` can't be found by another process.
        WorkspaceError: The workspace can't be written.
    """
    options = Options(format=format, strict=strict, client_id=client_id)
    load = _Load(workspace, options, progress)
    with (
        Pool(known, limits=worker_limits, take=load.intake.take, ended=load.ended, tick=load.tick) as pool,
        workspace.scratch() as scratch,
    ):
        pool.start()  # it gets ready while the workspace is looked at
        with Expansion(paths, limits=limits, folder=scratch.path) as expansion:
            return load.run(pool, expansion, workers or min(_cores(), _MOST_WORKERS))


class _Load:
    """One load on its way.

    Attributes:
        intake: Takes what the workers give.
    """

    def __init__(self, workspace: Workspace, options: Options, progress: Progress | None) -> None:
        self._options = options
        self._progress = progress
        self.intake = Intake(workspace, options)
        self._last = 0.0
        self._uses: dict[Path, int] = {}
        # A strict load is to stop at a rejected record, also at one that the workspace holds already.
        self._held = [] if options.strict else workspace.contents()

    def run(self, pool: Pool[Reading], expansion: Expansion, workers: int) -> LoadReport:
        """Read everything."""
        self._pool, self._expansion = pool, expansion
        self._repeats = Repeats(self._held, expansion.release)
        with self.intake as intake:
            self._read(workers)
            self._read_later()
        if self._progress:
            total = expansion.total_bytes
            self._progress("read", total, total, intake.report.events_read)
        return intake.report

    def ended(self, reading: Reading) -> None:
        """Take note that a file, or a slice of one, has been read."""
        self._repeats.done(reading.task.entry, self.intake.end(reading))
        self._release(reading.task.source)

    def tick(self) -> None:
        """Tell how far the load is, if that wasn't told just now."""
        if self._progress is not None and time.monotonic() - self._last >= _TICK:
            self._last = time.monotonic()
            reached = sum(self._expansion.weigh(*place) for place in self._pool.reached())
            self._progress(
                "read", self._expansion.done_bytes + reached, self._expansion.total_bytes, self.intake.events
            )

    def _read(self, workers: int) -> None:
        """Read all sources; more workers are started once there is enough for them."""
        size = 0
        for item in self._tasks(cutting=workers > 1):
            if isinstance(item, FileWarning):
                self.intake.reject_file(item)
                continue
            size += item.bytes()
            self._pool.most = workers if size >= WORTH_BYTES else 1
            self._submit(item)
        self._pool.finish()

    def _submit(self, task: Task) -> None:
        self._pool.submit(task.source, task.entry.loader, Reading(task))

    def _tasks(self, *, cutting: bool) -> Iterator[Task | FileWarning]:
        """Walk all sources that are to be read, the big ones in slices where that can be done."""
        for item in look(self._pool, self._expansion, self._options, self.intake.warn):
            if isinstance(item, FileWarning):
                yield item
            elif self._new(item.task):
                big = item.task.entry.bytes >= 2 * slices.SLICE_BYTES
                yield from self._cut(item.task) if cutting and item.lines and big else (item.task,)

    def _new(self, task: Task) -> bool:
        """Tell whether a file is to be read now; one whose content the workspace holds is only counted."""
        records = self._repeats.held(task.entry)
        if records is None:
            return self._options.strict or self._repeats.first(task)
        self.intake.repeat(task.entry, records, held=True)
        self._expansion.release(task.source)
        return False

    def _cut(self, task: Task) -> Iterator[Task]:
        source, entry = task
        self._uses[source.path] = 1
        try:
            for part in slices.cut(source, entry.sha256):
                self._uses[source.path] += 1
                yield Task(part, replace(entry, part=(part.part.start, part.part.end)))
        except OSError as error:  # it has gone since it was looked at
            self.intake.warn(FileWarning(source.name, entry.loader, f"the file can't be read: {error}"))
        finally:
            self._release(source)

    def _release(self, source: Source) -> None:
        """Remove what was unpacked for a source, once nothing of it is to be read."""
        self._uses[source.path] = self._uses.get(source.path, 1) - 1
        if not self._uses[source.path]:
            del self._uses[source.path]
            self._expansion.release(source)

    def _read_later(self) -> None:
        """Count the files that hold what another one of this load does; read them if that one had faults."""
        for task, records in self._repeats.later():
            if records is None:
                self._uses[task.source.path] = 2  # others may have the same bytes
                self._submit(task)
                self._pool.finish()
            else:
                self.intake.repeat(task.entry, records, held=False)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
