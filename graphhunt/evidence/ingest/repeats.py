"""Tells files whose content is read already, by an earlier load or by this one: they aren't parsed again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from graphhunt.evidence import SourceEntry
from graphhunt.evidence.contents import Content, complete, content_of
from graphhunt.sources.loading import Source


class Task(NamedTuple):
    """A source to read, with what is known of it."""

    source: Source
    entry: SourceEntry

    def bytes(self) -> int:
        """Give the bytes that are to be read."""
        start, end = self.entry.part or (0, self.entry.bytes)
        return end - start


class Repeats:
    """Remembers the contents of one load.

    The first file of a content is read; what to do with others of the same bytes is known when that has ended, and
    until then the bytes of one of them are kept, in case the first one couldn't be read to its end.

    Args:
        held: What earlier loads took from files.
        release: Called with each source whose bytes aren't needed any more.
    """

    def __init__(self, held: Iterable[SourceEntry], release: Callable[[Source], None]) -> None:
        self._held = complete(held)
        self._release = release
        self._read: list[SourceEntry] = []
        self._seen: set[Content] = set()
        self._waiting: dict[Content, list[Task]] = {}

    def held(self, entry: SourceEntry) -> int | None:
        """Give the records of a content that an earlier load has read; None if none has."""
        return self._held.get(content_of(entry)) if entry.version else None

    def first(self, task: Task) -> bool:
        """Tell whether a content is new in this load; a later file of it is kept waiting."""
        content = content_of(task.entry)
        if not task.entry.version or content not in self._seen:
            self._seen.add(content)
            return True
        waiting = self._waiting.setdefault(content, [])
        if waiting:
            self._release(task.source)
            task = Task(Source(task.source.name, waiting[0].source.path), task.entry)
        waiting.append(task)
        return False

    def done(self, entry: SourceEntry, records: int | None) -> None:
        """Take note that a source, or a slice of one, is read: how many records it has, None if not to its end."""
        self._read.append(msgspec.structs.replace(entry, records=records, read=records or 0))

    def later(self) -> Iterator[tuple[Task, int | None]]:
        """Give the files kept waiting, with their records if the first of their content was read to its end."""
        totals = complete(self._read)
        for content, tasks in self._waiting.items():
            for task in tasks:
                yield task, totals.get(content)
            self._release(tasks[0].source)
