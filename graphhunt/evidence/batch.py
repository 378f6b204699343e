"""Records on their way into the workspace: ids, rows and facts of one future segment."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from operator import itemgetter
from typing import NamedTuple

import msgspec

from graphhunt.evidence.journal import SourceEntry
from graphhunt.model import Fact, FileWarning, Record, Skipped

DUPLICATE = "duplicate"
"""The skip reason of a record that the workspace already holds."""

LOADED, SKIPPED, REJECTED = "loaded", "skipped", "rejected"


_SOURCE = itemgetter(1)


class EventIds:
    """Makes the event ids of one tenant and loader: `ids.digest(client_id, loader, raw)`, with a shared start."""

    def __init__(self, client_id: str, loader: str) -> None:
        """Hash what all ids have in common."""
        self._start = hashlib.blake2b(digest_size=16)
        for part in (client_id, loader):
            data = part.encode()
            self._start.update(len(data).to_bytes(8, "little"))
            self._start.update(data)

    def of(self, data: bytes) -> str:
        """Give the id of an original record (UTF-8): 32 hexadecimal characters."""
        h = self._start.copy()
        h.update(len(data).to_bytes(8, "little"))
        h.update(data)
        return h.hexdigest()


FACT_BYTES = 256
"""Bytes that a fact counts for in a batch's size, beside its record."""


class Row(NamedTuple):
    """One original record (`data`, UTF-8) with what became of it; `source` is its file's number in the batch."""

    event_id: str
    source: int
    position: str
    outcome: str
    reason: str
    data: bytes
    facts: list[Fact]


class Batch:
    """Collects records until they are committed as one segment.

    Args:
        client_id: The tenant that the records belong to.

    Attributes:
        kept: Whether it was committed as a segment; it isn't if the workspace held all of it.
    """

    def __init__(self, client_id: str = "default") -> None:
        self.client_id = client_id
        self.rows: list[Row] = []
        self.sources: list[SourceEntry] = []
        self.warnings: list[FileWarning] = []
        self.size = 0
        self.repeated = False
        self.kept = False
        self._duplicates: list[int] = []
        self._seen: set[str] = set()
        self._ids: list[EventIds] = []

    def begin(self, source: SourceEntry) -> int:
        """Begin a file; give the number by which its records are added."""
        self.sources.append(source)
        self._duplicates.append(0)
        self._ids.append(EventIds(self.client_id, source.loader))
        return len(self.sources) - 1

    def end(self, records: int, held: int = 0, source: int = -1) -> None:
        """Say that a source was read to its end, with its records, `held` of them in batches that weren't kept."""
        self.sources[source] = msgspec.structs.replace(self.sources[source], records=records, held=held)

    def repeat(self, source: SourceEntry, records: int) -> None:
        """Take a file that holds what another one held: all its records are duplicates."""
        self.begin(msgspec.structs.replace(source, part=None))
        self._duplicates[-1] += records
        self.repeated = True

    def add(self, record: Record, source: int | None = None) -> None:
        """Take a record of a source, the last one begun if None; what the batch already holds is only counted."""
        number = len(self.sources) - 1 if source is None else source
        data = _encode(record.raw)
        event_id = self._ids[number].of(data)
        if event_id in self._seen:
            self._duplicates[number] += 1
            return
        self._seen.add(event_id)
        outcome = record.outcome
        if isinstance(outcome, list):
            row = Row(event_id, number, record.position, LOADED, "", data, outcome)
        elif isinstance(outcome, Skipped):
            row = Row(event_id, number, record.position, SKIPPED, outcome.reason, data, [])
        else:
            row = Row(event_id, number, record.position, REJECTED, outcome.reason, data, [])
        self.rows.append(row)
        self.size += len(data) + FACT_BYTES * len(row.facts)

    def sort(self) -> None:
        """Put the records in the order of their sources, which compresses best; those of one source keep theirs."""
        self.rows.sort(key=_SOURCE)

    def drop(self, known: Collection[str]) -> None:
        """Count the records with these ids as duplicates instead of keeping them."""
        kept = []
        for row in self.rows:
            if row.event_id in known:
                self._duplicates[row.source] += 1
            else:
                kept.append(row)
        self.rows = kept

    def reject(self, reasons: dict[int, str]) -> None:
        """Turn rows (by place) into rejected ones: their facts can't be kept."""
        for place, reason in reasons.items():
            self.rows[place] = self.rows[place]._replace(outcome=REJECTED, reason=reason, facts=[])

    def tally(self) -> list[SourceEntry]:
        """Give the sources with their counts."""
        loaded, rejected = [0] * len(self.sources), [0] * len(self.sources)
        skipped: list[dict[str, int]] = [{DUPLICATE: n} if n else {} for n in self._duplicates]
        for row in self.rows:
            if row.outcome == LOADED:
                loaded[row.source] += 1
            elif row.outcome == REJECTED:
                rejected[row.source] += 1
            else:
                reasons = skipped[row.source]
                reasons[row.reason] = reasons.get(row.reason, 0) + 1
        return list(map(_counted, self.sources, loaded, skipped, rejected))


def _counted(source: SourceEntry, loaded: int, skipped: dict[str, int], rejected: int) -> SourceEntry:
    reasons = dict(sorted(skipped.items()))
    read = loaded + rejected + sum(reasons.values())
    return msgspec.structs.replace(source, read=read, loaded=loaded, skipped=reasons, rejected=rejected)


def _encode(raw: str) -> bytes:
    """Give UTF-8; lone surrogates, which have none, become escapes."""
    try:
        return raw.encode()
    except UnicodeEncodeError:
        return raw.encode("utf-8", "backslashreplace")
