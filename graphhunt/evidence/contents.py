"""Which contents of files the workspace holds completely, so that the same bytes needn't be read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from graphhunt.evidence.batch import DUPLICATE
from graphhunt.evidence.journal import SourceEntry


class Content(NamedTuple):
    """What decides which records a file gives: its bytes, the loader, the loader's version, the tenant."""

    sha256: str
    loader: str
    version: str
    client_id: str


Part = tuple[int, int]
"""Where a read part of a file begins and ends, in bytes."""


def kept_records(entry: SourceEntry) -> int:
    """Count the records that were taken from a file: all but those that the workspace held already."""
    return entry.read - entry.skipped.get(DUPLICATE, 0)


def content_of(entry: SourceEntry) -> Content:
    """Give the content of a file that was read."""
    return Content(entry.sha256, entry.loader, entry.version, entry.client_id)


def parts(entries: Iterable[SourceEntry]) -> dict[Content, dict[Part, int]]:
    """Give the parts of each content that were read to their end, with their records.

    A loader without a version can't be told from its later self: what it read counts for nothing.
    """
    found: dict[Content, dict[Part, int]] = {}
    for entry in entries:
        if entry.version and entry.part is not None and entry.records is not None:
            found.setdefault(content_of(entry), {})[entry.part] = entry.records
    return found


def complete(entries: Iterable[SourceEntry]) -> dict[Content, int]:
    """Give the contents of which every byte was read, with their records.

    One whose entries account for fewer records than it has isn't complete: a segment was lost, and is made again when
    the file is read again.
    """
    listed = list(entries)
    sizes = {content_of(entry): entry.bytes for entry in listed}
    totals = {content: _total(found, sizes[content]) for content, found in parts(listed).items()}
    shown = _shown(listed)
    return {content: total for content, total in totals.items() if total is not None and shown[content] >= total}


def _shown(entries: Iterable[SourceEntry]) -> Counter[Content]:
    """Count the records of each content that entries account for."""
    shown: Counter[Content] = Counter()
    for entry in entries:
        if entry.part is not None:
            shown[content_of(entry)] += entry.read + entry.held
    return shown


def _total(found: dict[Part, int], size: int) -> int | None:
    """Add up the records of parts that together are the file; None where one is missing."""
    if (0, size) in found:
        return found[0, size]
    at = total = 0
    for (start, end), records in sorted(found.items()):
        if start != at:
            return None
        at, total = end, total + records
    return total if at == size else None
