"""Finds out what files are before they are read: their loader, their size and their hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from graphhunt.evidence import SourceEntry
from graphhunt.evidence.ingest.repeats import Task
from graphhunt.evidence.ingest.report import Options
from graphhunt.model import FileWarning
from graphhunt.sources.archives import Expansion, Item
from graphhunt.sources.loading import Source
from graphhunt.sources.pool import Looked, Pool

_GROUP_FILES = 32
_GROUP_BYTES = 16 * 1024 * 1024
"""So many files or bytes are looked at together: each way to a worker and back costs as much as a small file."""

_EMPTY = Looked(reason="the file is empty")


class Known(NamedTuple):
    """A source, what is known of it, and whether it may be cut between its lines."""

    task: Task
    lines: bool


def look(
    pool: Pool[Any], expansion: Expansion, options: Options, warn: Callable[[FileWarning], None]
) -> Iterator[Known | FileWarning]:
    """Say of each source what it is, in order.

    Args:
        pool: Where the loaders are asked.
        expansion: Gives the sources, and warnings in place of what is none; those come as they are.
        options: How to load.
        warn: Called when a loader fails to look at a file for the first time.

    Yields:
        What is known of a source, or why it can't be read.

    Raises:
        UsageError: No loader has the name that was asked for.
    """
    told: set[str] = set()
    for group in _groups(expansion):
        sources = [item for item in group if isinstance(item, Source) and _size(item)]
        answers = dict(zip(sources, pool.look(sources, options.format), strict=True))
        for item in group:
            if isinstance(item, FileWarning):
                yield item
                continue
            answer = answers.get(item, _EMPTY)
            for loader in answer.faults.keys() - told:
                told.add(loader)
                reason = f"the loader failed to look at the file: {answer.faults[loader]}"
                warn(FileWarning(file=item.name, loader=loader, reason=reason))
            known = _known(item, answer, options.client_id)
            yield known
            if isinstance(known, FileWarning):
                expansion.release(item)


def _groups(items: Iterable[Item]) -> Iterator[list[Item]]:
    group: list[Item] = []
    size = 0
    for item in items:
        group.append(item)
        size += _size(item) if isinstance(item, Source) else 0
        if len(group) >= _GROUP_FILES or size >= _GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _known(source: Source, answer: Looked, client_id: str) -> Known | FileWarning:
    if not answer.loader:
        failed = "".join(f"; the loader {name} failed: {fault}" for name, fault in answer.faults.items())
        return FileWarning(file=source.name, loader="", reason=answer.reason + failed)
    try:
        with source.path.open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
            size = stream.tell()
    except OSError as error:
        return FileWarning(file=source.name, loader="", reason=f"the file can't be read: {error}")
    entry = SourceEntry(
        file=source.name,
        loader=answer.loader,
        sha256=sha256,
        bytes=size,
        client_id=client_id,
        version=answer.version,
        context=answer.context,
        part=(0, size),
    )
    return Known(Task(source, entry), answer.lines)


def _size(source: Source) -> int:
    """Give the bytes of a file; 1 if that can't be told, so that it is looked at and the reason is found."""
    try:
        return source.path.stat().st_size
    except OSError:
        return 1
