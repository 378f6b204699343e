"""Loads what the user named: in this process if it is little, in several if it is much."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from msgspec.structs import replace

from graphhunt.errors import LoadError
from graphhunt.evidence import Workspace
from graphhunt.evidence.ingest.hand import importable
from graphhunt.evidence.ingest.intake import Intake, Watched, unreadable
from graphhunt.evidence.ingest.pool import Pool
from graphhunt.evidence.ingest.repeats import Repeats, Task
from graphhunt.evidence.ingest.report import Loaders, LoadReport, Options, Progress
from graphhunt.evidence.ingest.slices import Slice, cut, worth_cutting
from graphhunt.model import FileWarning
from graphhunt.sources import loading
from graphhunt.sources.archives import Expansion, Limits
from graphhunt.sources.loading import Source

WORTH_BYTES = 8 * 1024 * 1024
"""A load of more than one file and this many bytes is shared between processes."""

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
        workers: Processes to share a big load between; one per core (8 at most) if None.

    Raises:
        LoadError: A path doesn't exist; or the load is strict and something can't be read.
        UsageError: No loader is called `format`.
        WorkspaceError: The workspace can't be written.
    """
    options = Options(
        known=loading.loaders() if known is None else known,
        format=format,
        strict=strict,
        client_id=client_id,
        archives=limits or Limits(),
    )
    with workspace.scratch() as scratch, Expansion(paths, limits=limits, folder=scratch.path) as expansion:
        load = _Load(workspace, options, expansion, progress)
        return load.run(workers or min(_cores(), _MOST_WORKERS))


class _Load:
    """One load on its way."""

    def __init__(self, workspace: Workspace, options: Options, expansion: Expansion, progress: Progress | None) -> None:
        self._workspace = workspace
        self._options = options
        self._expansion = expansion
        self._progress = progress
        self._last = 0.0
        self._slices: dict[Path, int] = {}
        # A strict load is to stop at a rejected record, also at one that the workspace holds already.
        held = [] if options.strict else workspace.contents()
        self._repeats = Repeats(held, expansion.release)

    def run(self, workers: int) -> LoadReport:
        """Read everything: here if it is little or one file, else in several processes."""
        if not all(importable(loader) for loader in self._options.known.values()):
            workers = 1
        with Intake(self._workspace, self._options) as intake:
            items = self._tasks(intake, cutting=workers > 1)
            head = list(_head(items)) if workers > 1 else []
            if workers > 1 and _worth_sharing(head):
                others = self._share(chain(head, items), intake, workers)
            else:
                others = self._read_here(chain(head, items), intake)
            self._read_later(intake)
        intake.report.add(others)
        if self._progress:
            total = self._expansion.total_bytes
            self._progress("read", total, total, intake.report.events_read)
        return intake.report

    def _tasks(self, intake: Intake, *, cutting: bool) -> Iterator[Task | FileWarning]:
        """Walk all sources that are to be read, the big ones in slices where that can be done."""
        for item in self._expansion:
            if isinstance(item, FileWarning):
                yield item
                continue
            try:
                task = Task(item, intake.describe(item))
            except (LoadError, OSError) as error:
                yield unreadable(item, error)
                self._expansion.release(item)
                continue
            if self._new(task, intake):
                yield from self._cut(task) if cutting and worth_cutting(item, intake.loader(task.entry)) else (task,)

    def _new(self, task: Task, intake: Intake) -> bool:
        """Tell whether a file is to be read now; one whose content the workspace holds is only counted."""
        records = self._repeats.held(task.entry)
        if records is None:
            return self._options.strict or self._repeats.first(task)
        intake.repeat(task.entry, records, held=True)
        self._expansion.release(task.source)
        return False

    def _cut(self, task: Task) -> Iterator[Task]:
        source, entry = task
        self._slices[source.path] = 1
        for part in cut(source, entry.sha256):
            self._slices[source.path] += 1
            yield Task(part, replace(entry, part=(part.part.start, part.part.end)))
        self._release(source)

    def _done(self, task: Task, records: int | None) -> None:
        self._repeats.done(task.entry, records)
        self._release(task.source)

    def _release(self, source: Source) -> None:
        """Remove what was unpacked for a source, once all its slices are read."""
        self._slices[source.path] = self._slices.get(source.path, 1) - 1
        if not self._slices[source.path]:
            del self._slices[source.path]
            self._expansion.release(source)

    def _read_here(self, items: Iterable[Task | FileWarning], intake: Intake) -> LoadReport:
        for item in items:
            if isinstance(item, FileWarning):
                intake.reject_file(item)
            else:
                self._done(item, self._read_one(item, intake))
        return LoadReport()

    def _read_one(self, task: Task, intake: Intake) -> int | None:
        source = task.source if isinstance(task.source, Slice) else Watched(*task.source)
        return intake.read(source, lambda: self._tick(intake.events, source), task.entry)

    def _read_later(self, intake: Intake) -> None:
        """Count the files that hold what another one of this load does; read them if that one had faults."""
        for task, records in self._repeats.later():
            if records is None:
                self._read_one(task, intake)
            else:
                intake.repeat(task.entry, records, held=False)

    def _share(self, items: Iterable[Task | FileWarning], intake: Intake, workers: int) -> LoadReport:
        """Read in several processes; what concerns no single file stays here."""
        with Pool(self._workspace, self._options, workers, done=self._done, tick=self._tick) as pool:
            for item in items:
                if isinstance(item, FileWarning):
                    intake.reject_file(item)
                else:
                    pool.submit(item)
            return pool.finish()

    def _tick(self, events: int, source: Source | None = None) -> None:
        if self._progress is not None and time.monotonic() - self._last >= _TICK:
            self._last = time.monotonic()
            position = self._expansion.weigh(source, source.position()) if isinstance(source, Watched) else 0
            self._progress("read", self._expansion.done_bytes + position, self._expansion.total_bytes, events)


def _head(items: Iterator[Task | FileWarning]) -> Iterator[Task | FileWarning]:
    """Take the first items, until there is enough for several processes."""
    size = tasks = 0
    for item in items:
        yield item
        if isinstance(item, Task):
            size += item.source.path.stat().st_size
            tasks += 1
        if size >= WORTH_BYTES and tasks > 1:
            return


def _worth_sharing(head: list[Task | FileWarning]) -> bool:
    tasks = [item for item in head if isinstance(item, Task)]
    return len(tasks) > 1 and sum(task.source.path.stat().st_size for task in tasks) >= WORTH_BYTES


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
