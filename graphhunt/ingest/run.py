"""Loads what the user named: in this process if it is little, in several if it is much."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from graphhunt import loading
from graphhunt.archives import Expansion, Item, Limits
from graphhunt.errors import LoadError
from graphhunt.evidence import Workspace
from graphhunt.ingest.hand import importable
from graphhunt.ingest.intake import Intake, Watched, describe
from graphhunt.ingest.pool import Pool
from graphhunt.ingest.report import Loaders, LoadReport, Options, Progress
from graphhunt.ingest.slices import Slice, cut, worth_cutting
from graphhunt.loading import Loader, Source
from graphhunt.model import FileWarning

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

    def run(self, workers: int) -> LoadReport:
        """Read everything: here if it is little or one file, else in several processes."""
        if not all(importable(loader) for loader in self._options.known.values()):
            workers = 1
        with Intake(self._workspace, self._options) as intake:
            items = self._cut(intake) if workers > 1 else iter(self._expansion)
            head = list(_head(items)) if workers > 1 else []
            shared = workers > 1 and _worth_sharing(head)
            if shared:
                others = self._share(chain(head, items), intake, workers)
            else:
                others = self._read_here(chain(head, items), intake)
        intake.report.add(others)
        if self._progress:
            total = self._expansion.total_bytes
            self._progress("read", total, total, intake.report.events_read)
        return intake.report

    def _cut(self, intake: Intake) -> Iterator[Item]:
        """Walk all sources, the big ones in slices where that can be done."""
        for item in self._expansion:
            loader = None if isinstance(item, FileWarning) else _loader(intake, item)
            if isinstance(item, FileWarning) or loader is None or not worth_cutting(item, loader):
                yield item
                continue
            self._slices[item.path] = 1
            for part in cut(item, describe(item, loader.name).sha256):
                self._slices[item.path] += 1
                yield part
            self._release(item)

    def _release(self, source: Source) -> None:
        """Remove what was unpacked for a source, once all its slices are read."""
        self._slices[source.path] = self._slices.get(source.path, 1) - 1
        if not self._slices[source.path]:
            del self._slices[source.path]
            self._expansion.release(source)

    def _read_here(self, items: Iterable[Item], intake: Intake) -> LoadReport:
        for item in items:
            if isinstance(item, FileWarning):
                intake.reject_file(item)
                continue
            source = item if isinstance(item, Slice) else Watched(*item)
            intake.read(source, lambda source=source: self._tick(intake.events, source))  # type: ignore[misc]
            self._release(source)
        return LoadReport()

    def _share(self, items: Iterable[Item], intake: Intake, workers: int) -> LoadReport:
        """Read in several processes; what concerns no single file stays here."""
        with Pool(self._workspace, self._options, workers, release=self._release, tick=self._tick) as pool:
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


def _loader(intake: Intake, source: Source) -> Loader | None:
    try:
        return intake.choose(source)
    except (LoadError, OSError):
        return None  # whoever reads it will say so


def _head(items: Iterator[Item]) -> Iterator[Item]:
    """Take the first items, until there is enough for several processes."""
    size = sources = 0
    for item in items:
        yield item
        if isinstance(item, Source):
            size += item.path.stat().st_size
            sources += 1
        if size >= WORTH_BYTES and sources > 1:
            return


def _worth_sharing(head: list[Item]) -> bool:
    sources = [item for item in head if isinstance(item, Source)]
    return len(sources) > 1 and sum(source.path.stat().st_size for source in sources) >= WORTH_BYTES


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
